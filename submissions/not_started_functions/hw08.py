import numpy as np


def time_decay(lr, decay, t):
    """lr / (1 + decay * t)"""
    # YOUR CODE HERE
    raise NotImplementedError()


def step_decay(lr, drop, every, t):
    pass


def exponential_decay(lr, k, t):
    # TODO
    ...


def min_max_normalize(x):
    """Scale every feature to [0, 1]."""


def standardize(x):
    # TODO: 구현하기
    return x


def contrast_normalize_dataset(images, *, eps=1e-8):
    out = None
    ###########################################################
    # TODO                                                    #
    ###########################################################
    return out


def batch_norm_forward(x, gamma, beta, *, eps=1e-5):
    y, cache = None, None
    # ---- 여기에 작성 ----

    # --------------------
    return y, cache


def batch_norm_backward(dy, cache):
    dx, dgamma, dbeta = None, None, None
    # ---- 여기에 작성 ----

    # --------------------
    return dx, dgamma, dbeta


def batch_norm_inference(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return NotImplemented


def dropout_train(x, p, u):
    return np.zeros_like(x)


dropout_test = lambda x, p: None


def inverted_dropout(x, rate, u, training):
    if training:
        raise NotImplementedError("inverted dropout: training")
    return x


class KerasDropout:
    def __init__(self, rate, noise_shape=None, seed=None):
        self.rate = rate

    def __call__(self, x, training):
        raise NotImplementedError
