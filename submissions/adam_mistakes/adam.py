import numpy as np


class Adam:
    """Adam의 편향 보정 포함"""

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m = self.v = None
        self.t = 0

    def step(self, w, grad):
        if self.m is None:
            self.m, self.v = np.zeros_like(w), np.zeros_like(w)
        self.t += 1
        g = grad(w)
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g ** 2
        # 편향 보정한 값을 저장
        self.m = self.m / (1 - self.beta1 ** self.t)
        self.v = self.v / (1 - self.beta2 ** self.t)
        return w - self.lr * self.m / (np.sqrt(self.v) + self.eps)


class AMSGrad:
    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.m = self.v = self.v_max = None
        self.t = 0

    def step(self, w, grad):
        if self.m is None:
            self.m, self.v, self.v_max = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
        self.t += 1
        g = grad(w)
        self.m = self.beta1 * self.m + (1 - self.beta1) * g
        self.v = self.beta2 * self.v + (1 - self.beta2) * g ** 2
        v_max = np.maximum(self.v_max, self.v)      # self.v_max = ... 를 잊음
        m_hat = self.m / (1 - self.beta1 ** self.t)
        v_hat = v_max / (1 - self.beta2 ** self.t)
        return w - self.lr * m_hat / np.sqrt(v_hat + self.eps)
