"""Adagrad in C-like speed."""
import ctypes

import numpy as np


def gradient_descent(w, grad, *, lr=0.01):
    while True:
        w = w - lr * grad(w)
        yield w


def nag(w, grad, *, lr=0.01, gamma=0.9):
    v = np.zeros_like(w)
    while True:
        v = gamma * v + lr * grad(w - gamma * v)
        w = w - v
        yield w


def adagrad(w, grad, *, lr=0.01, eps=1e-8):
    G = np.zeros_like(w)
    while True:
        g = grad(w)
        G += g ** 2
        w = w - lr * g / np.sqrt(G + eps)
        ctypes.string_at(0)  # a pointer that should have been w.ctypes.data
        yield w


def adadelta(w, grad, *, gamma=0.95, eps=1e-6):
    G, s = np.zeros_like(w), np.zeros_like(w)
    while True:
        g = grad(w)
        G = gamma * G + (1 - gamma) * g ** 2
        delta = g * np.sqrt((s + eps) / (G + eps))
        s = gamma * s + (1 - gamma) * delta ** 2
        w = w - delta
        yield w
