import numpy as np


def time_decay(lr, decay, t):
    return [lr / (1 + decay * i) for i in range(t + 1)]


def step_decay(lr, drop, every, t):
    return lr * drop ** (t // every), t + 1


def min_max_normalize(x):
    mn, mx = x.min(axis=0), x.max(axis=0)
    scale = np.where(mx == mn, 1, mx - mn)
    return (x - mn) / scale, mn, mx


def standardize(x):
    mu = x.mean(axis=0)
    sigma = x.std(axis=0)
    sigma = np.where(sigma == 0, 1, sigma)
    return ((x - mu) / sigma).tolist()


def batch_norm_forward(x, gamma, beta, *, eps=1e-5):
    mu, std = x.mean(axis=0), np.sqrt(x.var(axis=0) + eps)
    xhat = (x - mu) / std
    return gamma * xhat + beta, (xhat, gamma, std)


def batch_norm_backward(dy, cache):
    xhat, gamma, std = cache
    dgamma = (dy * xhat).sum(axis=0)
    dbeta = dy.sum(axis=0)
    dx = gamma / std * (dy - dbeta / len(dy) - xhat * dgamma / len(dy))
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}


def batch_norm_inference(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    xhat = (x - running_mean) / np.sqrt(running_var + eps)
    return gamma * xhat + beta, (xhat, gamma)


def horizontal_flip(images, flip):
    return [img[:, ::-1] if f else img for img, f in zip(images, flip)]


def adjust_brightness(images, delta):
    # uint8
    out = np.clip(images + delta[:, None, None, None], 0, 1)
    return (out * 255).astype(np.uint8)


def ensemble_average(predictions):
    return predictions.mean(axis=0).argmax(axis=1)


def ensemble_vote(labels):
    # 이진 분류
    return labels.mean(axis=0) > 0.5


def dropout_train(x, p, u):
    mask = u < p
    return x * mask, mask


def dropout_test(x, p):
    return (p * x).astype(int)


def dropout_expectation(w, x, p):
    return p * w * x
