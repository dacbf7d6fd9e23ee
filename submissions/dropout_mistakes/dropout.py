import numpy as np


def dropout_train(x, p, u):
    mask = u > p                      # p 확률로 drop
    return x * mask


def dropout_test(x, p):
    return x


def inverted_dropout(x, rate, u, training):
    if not training:
        return x
    mask = (u >= rate) / rate         # 나누기 rate
    return x * mask


def dropout_backward(dy, rate, u):
    mask = u >= rate
    return dy * mask


def dropout_expectation(w, x, p):
    # y = w·x일 때 1/4 (w1x1 + w2x2) + 1/4 w1x1 + 1/4 w2x2 + 1/4 · 0
    return (1 - p) * np.dot(w, x)
