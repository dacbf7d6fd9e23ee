import numpy as np


class Optimizer:
    """Sets hyper-parameters from `defaults` and makes `buffers` at the first step."""

    defaults = {}
    buffers = ()

    def __init__(self, **hyper):
        unknown = set(hyper) - set(self.defaults)
        if unknown:
            raise TypeError("unknown hyper-parameters: %s" % sorted(unknown))
        for name, value in {**self.defaults, **hyper}.items():
            setattr(self, name, value)
        self.t = 0

    def step(self, w, grad):
        if self.t == 0:
            for name in self.buffers:
                setattr(self, name, np.zeros_like(w))
        self.t += 1
        return self.update(w, grad)
