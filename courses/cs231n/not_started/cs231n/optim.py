def sgd_momentum(w, dw, config=None):
    if config is None: config = {}
    config.setdefault("momentum", 0.9)
    next_w = None
    # your code here
    return next_w, config


def rmsprop(x, dx, config=None):
    next_x = None
    return next_x, config


def adam(x, dx, config=None):
    next_x = None
    return next_x, config
