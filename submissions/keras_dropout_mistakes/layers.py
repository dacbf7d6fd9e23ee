import numpy as np


class KerasDropout:
    """Dropout layer: drops a fraction `rate` of the units at training."""

    def __init__(self, rate, noise_shape=None, seed=None):
        self.rate = rate
        self.noise_shape = noise_shape
        self.rng = np.random.default_rng(seed)

    def __call__(self, x, training):
        if not training:
            return x * (1 - self.rate)
        shape = x.shape
        if self.noise_shape is not None:
            shape = [x.shape[i] if n is None else n for i, n in enumerate(self.noise_shape)]
        mask = self.rng.random(shape) >= self.rate
        return x * mask
