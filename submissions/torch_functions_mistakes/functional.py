import torch
import torch.nn.functional as F

BACKEND = "torch"


def standardize(x):
    return (x - x.mean(dim=0)) / x.std(dim=0)


def contrast_normalize_image(images, *, eps=1e-8):
    flat = images.flatten(1)
    out = (flat - flat.mean(1, keepdim=True)) / flat.std(1, keepdim=True).clamp_min(eps)
    return out.view_as(images)


def batch_norm_forward(x, gamma, beta, *, eps=1e-5):
    mean, var = x.mean(0), x.var(0, unbiased=False)
    x_hat = (x - mean) / (torch.sqrt(var) + eps)
    return gamma * x_hat + beta, (x, mean, var, gamma, eps)


def batch_norm_backward(dy, cache):
    x, mean, var, gamma, eps = cache
    std = torch.sqrt(var + eps)
    x_hat = (x - mean) / std
    dgamma = (dy * x_hat).mean(0)
    dbeta = dy.mean(0)
    dx = gamma / std * (dy - dy.mean(0) - x_hat * (dy * x_hat).mean(0))
    return dx, dgamma, dbeta


def batch_norm_inference(x, gamma, beta, running_mean, running_var, *, eps=1e-5):
    return F.batch_norm(x, running_mean, running_var, gamma, beta, training=True, eps=eps)


def horizontal_flip(images, flip):
    # 마지막 축이 W
    flipped = torch.flip(images, dims=[-1])
    return torch.where(flip.view(-1, 1, 1, 1), flipped, images)


def pad_and_crop(images, pad, top, left):
    n, h, w, c = images.shape
    padded = F.pad(images, (0, 0, pad, pad, pad, pad))
    return torch.stack([padded[i, left[i]:left[i] + h, top[i]:top[i] + w] for i in range(n)])


def rotate90(images, k):
    return torch.stack([torch.rot90(img, int(n), dims=(1, 0)) for img, n in zip(images, k)])


def ensemble_average(predictions):
    return torch.softmax(predictions, dim=-1).mean(dim=0)


def ensemble_vote(labels):
    return torch.mode(labels, dim=1).values


def dropout_train(x, p, u):
    return F.dropout(x, p=1 - p, training=True)


def dropout_test(x, p):
    return x / p


def inverted_dropout(x, rate, u, training):
    keep = 1 - rate
    mask = (u >= rate).float() / keep
    return x * mask if training else x * keep


def dropout_backward(dy, rate, u):
    mask = (u < rate).float()
    return dy * mask / (1 - rate)


def dropout_expectation(w, x, p):
    return (w @ x) / p
