"""An ensemble by voting: each of M models names a class, and the class named most often wins.

A vote needs only the models' answers, not how sure they are, so that any models can vote together. It is the better
choice where probabilities of different models are not comparable, and the worse one where they are: a model that is
sure counts as much as one that guesses.

labels is (M, N), models × examples, and the vote is taken in each column. Sources break ties differently:
scikit-learn's hard voting takes the smallest of the equals, as here, and Python's ``Counter`` the one it met first;
torch's ``mode`` promises neither, and its devices differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reference.cases import Call, Case
from reference.maths import arange, argmax, largest, sum, where
from reference.spec import Array, Values, algorithm

if TYPE_CHECKING:
    from numpy.random import Generator


@algorithm(
    title="Ensemble, vote",
    topic="Ensembles",
    order=710,
    lecture=8,
    slide="Model Ensembles",
    paper="Hansen & Salamon 1990, Neural Network Ensembles",
    steps={"votes": "votes for class c = number of models that say c", "y": "y = the class with most votes, the first"},
)
def ensemble_vote(labels: Array) -> Values:
    classes = arange(largest(labels) + 1)
    votes = sum(labels[:, :, None] == classes, axis=0)
    y = argmax(votes, axis=1)
    return {"votes": votes, "y": y}


def _but_for_0(votes: Array) -> Array:
    """The winner among the labels from 1 on; 0 where they have no vote."""
    others = where(arange(votes.shape[1]) > 0, votes, 0)
    return argmax(others, axis=1)


@ensemble_vote.oracle
def counted(torch: Any, labels: Any) -> dict[str, Any]:
    """Column by column: the labels that occur, how often each does, and of the most frequent the smallest."""
    winners = []
    for column in labels.unbind(dim=1):
        found, counts = column.unique(return_counts=True)
        winners.append(found[counts == counts.max()].min())
    return {"y": torch.stack(winners)}


def ballot(rng: Generator, columns: list[list[int]], shuffled: bool = True) -> Call:
    """Labels (M, N) by columns, each shuffled over the models, since who says what does not matter."""
    import numpy as np

    return Call({"labels": np.stack([rng.permutation(each) if shuffled else each for each in columns], axis=1)})


def plain(rng: Generator) -> Case:
    votes = [[2, 2, 2, 0, 1], [0, 0, 3, 3, 3], [1, 1, 1, 1, 1], [0, 0, 0, 4, 1]]
    return Case("plain", "5 models, 4 examples, no ties", {}, calls=(ballot(rng, votes),))


def square(rng: Generator) -> Case:
    votes = [[2, 2, 0, 1], [3, 3, 3, 0], [1, 1, 1, 1], [2, 2, 2, 0]]
    return Case("square", "as many models as examples: no shape tells the axes apart", {}, calls=(ballot(rng, votes),))


def ties(rng: Generator) -> Case:
    tied = [[1, 2, 2, 1], [3, 3, 2, 2], [4, 1, 1, 4], [1, 2, 3, 4], [0, 3, 2, 4], [0, 3, 3, 1], [0, 0, 1, 1]]
    fixed = [[3, 1, 1, 3], [1, 3, 3, 1], [4, 3, 2, 1], [2, 5, 2, 5], [3, 0, 0, 3], [0, 1, 0, 1]]
    overruled = [[1, 3, 3, 2, 2], [0, 4, 1, 1, 4], [5, 0, 2, 2, 0]]  # the first model's label is not among the equals
    calls = (ballot(rng, tied), *(ballot(rng, columns, shuffled=False) for columns in (fixed, overruled)))
    return Case("ties", "labels equally frequent, or all distinct: the smallest wins", {}, calls=calls)


def gaps(rng: Generator) -> Case:
    votes = [[40, 40, 7], [7, 12, 7], [12, 0, 12], [0, 40, 40], [9, 9, 40]]
    return Case("gaps", "labels that are not 0, 1, 2, …: 0, 7, 9, 12 and 40", {}, calls=(ballot(rng, votes),))


def one_model(rng: Generator) -> Case:
    labels = rng.permutation([[3, 0, 2, 1, 5, 4]], axis=1)
    return Case("one-model", "a single model has its way", {}, calls=(Call({"labels": labels}),))


def one_example(rng: Generator) -> Case:
    calls = (ballot(rng, [[2, 0, 2]]), ballot(rng, [[0, 1, 0, 1]]))
    return Case("one-example", "a single example: the result is still one label for each, (1,)", {}, calls=calls)


def drawn(rng: Generator) -> Case:
    labels = rng.integers(1, 4, size=(9, 12))
    return Case("drawn", "9 models, 12 examples, as they come", {}, calls=(Call({"labels": labels}),))


ensemble_vote.cases(plain, square, ties, gaps, one_model, one_example, drawn)

ensemble_vote.mistake(
    "wrong_axis",
    "The vote is taken over each model's labels instead of over the models.",
    "labels is (M, N): count in each column, over axis 0.",
    {"axis=0": "axis=1"},
)
ensemble_vote.mistake(
    "largest_of_equals",
    "Of labels equally frequent you take the largest.",
    "Take the smallest: argmax over the counts in the order of the labels gives it.",
    {"argmax(votes, axis=1)": "largest(classes) - argmax(flip(votes, 1), axis=1)"},
)
ensemble_vote.mistake(
    "first_of_equals",
    "Of labels equally frequent you take the one that comes first among the models.",
    "Take the smallest label. Counter.most_common and max over a list keep the order of the models.",
    {"argmax(votes, axis=1)": "stack([labels[argmax(votes[n, labels[:, n]], axis=0), n] for n in range(len(votes))])"},
)
ensemble_vote.mistake(
    "last_of_equals",
    "Of labels equally frequent you take the one that comes last among the models.",
    "Take the smallest label.",
    {
        "argmax(votes, axis=1)": "stack("
        "[labels[::-1][argmax(votes[n, labels[::-1, n]], axis=0), n] for n in range(len(votes))])"
    },
)
ensemble_vote.mistake(
    "mean_label",
    "The labels are averaged.",
    "A label is a name, not a quantity: count how often each occurs.",
    {"argmax(votes, axis=1)": "mean(labels, axis=0).astype(int)"},
    {"argmax(votes, axis=1)": "mean(labels, axis=0).round().astype(int)"},
)
ensemble_vote.mistake(
    "median_label",
    "You take the median of the labels.",
    "A label is a name, and names have no middle: count how often each occurs.",
    {"argmax(votes, axis=1)": "stack([sorted(each)[len(each) // 2] for each in labels.T])"},
    {"argmax(votes, axis=1)": "stack([sorted(each)[(len(each) - 1) // 2] for each in labels.T])"},
)
ensemble_vote.mistake(
    "votes_returned",
    "You return how many votes the winner has, not which label it is.",
    "Return the label: argmax instead of max.",
    {"argmax(votes, axis=1)": "largest(votes, axis=1)"},
)
ensemble_vote.mistake(
    "one_models_label",
    "Your result is what one model says.",
    "Count the labels of all M models, column by column.",
    {"argmax(votes, axis=1)": "labels[0]"},
    {"argmax(votes, axis=1)": "labels[-1]"},
)
ensemble_vote.mistake(
    "largest_label",
    "You take the largest label, or the smallest, not the most frequent.",
    "Count how often each label occurs, and take the one with most votes.",
    {"argmax(votes, axis=1)": "largest(labels, axis=0)"},
    {"argmax(votes, axis=1)": "smallest(labels, axis=0)"},
)
ensemble_vote.mistake(
    "model_returned",
    "You return which model, not which label.",
    "argmax over the counts, in the order of the labels, gives the label; over the labels it gives a model's number.",
    {"argmax(votes, axis=1)": "argmax(labels, axis=0)"},
)
ensemble_vote.mistake(
    "class_left_out",
    "Votes for the largest labels, or for 0, are not counted.",
    "Labels go from 0 to labels.max(): count labels.max() + 1 classes.",
    {"largest(labels) + 1": "max(largest(labels), 1)"},
    {"largest(labels) + 1": "10"},
    {"largest(labels) + 1": "len(labels)"},
    {"largest(labels) + 1": "len(labels[0])"},
    {"argmax(votes, axis=1)": "_but_for_0(votes)"},
)
ensemble_vote.mistake(
    "one_vote_for_all",
    "One vote is taken over the whole array.",
    "Every example has a vote of its own: count in each column, over axis 0.",
    {"axis=0": "axis=(0, 1)", "argmax(votes, axis=1)": "argmax(votes, axis=0) + 0 * labels[0]"},
)
