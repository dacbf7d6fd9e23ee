# 연산자만 사용해서 numpy 배열과 torch 텐서에 모두 동작하게 했습니다.
BACKEND = ("numpy", "torch")


def gradient_descent(w, grad, *, lr=0.01):
    while True:
        w = w - lr * grad(w)
        yield w


def sgd(w, grad, order, *, lr=0.01, batch_size=32):
    while len(order) > 0:
        w = w - lr * grad(w, order[:batch_size])
        order = order[batch_size:]
    return w


def momentum(w, grad, *, lr=0.01, gamma=0.9):
    v = 0 * w
    while True:
        v = gamma * v + lr * grad(w)
        w = w - v
        yield w


def nag(w, grad, *, lr=0.01, gamma=0.9):
    v = 0 * w
    while True:
        v = gamma * v + lr * grad(w - gamma * v)
        w = w - v
        yield w


def adagrad(w, grad, *, lr=0.01, eps=1e-8):
    G = 0 * w
    while True:
        g = grad(w)
        G = G + g ** 2
        w = w - lr * g / (G + eps) ** 0.5
        yield w


def rmsprop(w, grad, *, lr=0.001, gamma=0.99, eps=1e-8):
    G = 0 * w
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g ** 2
        w = w - lr * g / (G + eps) ** 0.5
        yield w


def adadelta(w, grad, *, gamma=0.95, eps=1e-6):
    G = s = 0 * w
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g ** 2
        delta = g * (s + eps) ** 0.5 / (G + eps) ** 0.5
        s = gamma * s + (1 - gamma) * delta ** 2
        w = w - delta
        yield w


def adam(w, grad, *, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, amsgrad=False):
    m = v = v_max = 0 * w
    t = 0
    while True:
        t += 1
        g = grad(w)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g ** 2
        v_max = v * (v > v_max) + v_max * (v <= v_max)  # elementwise maximum
        v_hat = (v_max if amsgrad else v) / (1 - beta2 ** t)
        w = w - lr * m / (1 - beta1 ** t) / (v_hat + eps) ** 0.5
        yield w


def amsgrad(w, grad, **hyper):
    return adam(w, grad, amsgrad=True, **hyper)
