import numpy as np
from itertools import count

# Everything is a generator: one yield per step, with the intermediate values beside w.


def gradient_descent(w, grad, *, lr=0.01):
    while True:
        w = w - lr * grad(w)
        yield w


def sgd(w, grad, order, *, lr=0.01, batch_size=32):
    for i in range(0, len(order), batch_size):
        w = w - lr * grad(w, order[i:i + batch_size])
        yield w


def momentum(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        v = gamma * v + lr * grad(w)
        w = w - v
        yield {"w": w, "v": v}


def nag(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        lookahead = w - gamma * v
        v = gamma * v + lr * grad(lookahead)
        w = w - v
        yield {"w": w, "v": v}


def adagrad(w, grad, *, lr=0.01, eps=1e-8):
    G = np.zeros_like(w)
    while True:
        g = grad(w)
        G = G + g * g
        w = w - lr / np.sqrt(G + eps) * g
        yield {"w": w, "G": G}


def rms_prop(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    G = np.zeros_like(w)
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g * g
        w = w - lr / np.sqrt(G + eps) * g
        yield {"w": w, "G": G}


def ada_delta(w, grad, *, gamma=0.95, eps=1e-6):
    G, s = np.zeros_like(w), np.zeros_like(w)
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g * g
        delta = np.sqrt((s + eps) / (G + eps)) * g
        s = gamma * s + (1 - gamma) * delta * delta
        w = w - delta
        yield {"w": w, "G": G, "s": s}


def adam(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        m_hat = m / (1 - beta1 ** t)
        v_hat = v / (1 - beta2 ** t)
        w = w - lr * m_hat / np.sqrt(v_hat + eps)
        yield {"w": w, "m": m, "v": v, "m_hat": m_hat, "v_hat": v_hat}


def ams_grad(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
    m, v, v_max = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for t in count(1):
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        v_max = np.maximum(v_max, v)
        m_hat = m / (1 - beta1 ** t)
        v_hat = v_max / (1 - beta2 ** t)
        w = w - lr * m_hat / np.sqrt(v_hat + eps)
        yield {"w": w, "m": m, "v": v, "v_max": v_max, "m_hat": m_hat, "v_hat": v_hat}
