from collections import Counter

import numpy as np


def ensemble_average(predictions):
    # sum of the softmax outputs: argmax is the same anyway
    return np.sum(predictions, axis=0)


def ensemble_vote(labels):
    votes = []
    for i in range(labels.shape[1]):
        votes.append(Counter(labels[:, i].tolist()).most_common(1)[0][0])
    return np.array(votes)
