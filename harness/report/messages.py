"""Every sentence the harness says about a submission: one entry a message id.

A text names, in braces, the message's parameters and the words that :mod:`harness.report.speak` makes of them.
``headline`` and ``remedy`` list alternatives, of which the first is taken whose words are all there; ``detail`` lists
clauses, of which all are said whose words are all there. Label form ("Case: …") keeps the texts free of plurals and
particles.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """The texts of one message, and the names of its parameters.

    ``cause`` names those of them that are equal where two algorithms have the message for one and the same cause; None
    where it tells nothing of a cause.
    """

    params: tuple[str, ...]
    headline: tuple[str, ...]
    detail: tuple[str, ...] = ()
    remedy: tuple[str, ...] = ()
    cause: tuple[str, ...] | None = None


_FIRST_WRONG = (
    *("case", "why", "dtype", "hyper", "step", "quantity", "index", "right", "earlier", "around", "failing", "total"),
)
_VARIANT = ("also", "second", "touched", "defaults", "seen")
_ALIKE = "Your values fit these alike: {alike}."
_OTHER_DEFAULTS = "Where the defaults count the values are other ones still; the defaults are those of {defaults}."
_WHERE_WRONG = (
    "Right at every step so far: {right}.",
    "Right: {right_too}.",
    "First wrong: {place}, step {step}: expected {expected}, yours {yours}, {distance}.",
    "First wrong: {spot}: expected {expected}, yours {yours}, {distance}.",
    "Case: {case}, {why}.",
    "Seen: {seen}",
    "Cases that fail: {failing} of {total}.",
)
_THE_CASE = "Case: {case}, {why}."
_CHANCE = "Chance that right code comes to this: at most {chance}."
_OWN_STATE = (
    "Set all state in __init__ as attributes of self, or as local variables of the generator: a class attribute, a "
    "global variable or a list as default argument is shared by all."
)
_PACK = "Pack the folder again, as a plain .zip or .tar.gz."
_GUARD = 'Code outside functions runs at import: put experiments under if __name__ == "__main__".'
_AS_STUDENT = "As student: write it as the contract has it; gradstep list shows every signature."
_ADAPTER = f"As instructor: grade with --adapter {{adapter}}. {_AS_STUDENT}"


def _left_out(what: str, remedy: str) -> Entry:
    """Members of an archive that were left out: the first of their names, and how many more there are."""
    return Entry(("names", "more"), (what,), ("Names: {names}.", "More of them: {more}."), (remedy,))


def _given(why: str, remedy: str) -> Entry:
    """A result of another type. Why it is none is said where that is not plain."""
    return Entry(
        ("case", "why", "step", "quantity", "type", "wanted"),
        ("{quantity} is {type} instead of {wanted}.", "{quantity} is {type}."),
        (*([why] if why else []), "Case: {situation}.", "Step: {step}."),
        (remedy,),
        cause=("type", "wanted"),
    )


def _shaped(headline: str, remedy: str) -> Entry:
    """A result of another shape."""
    return Entry(
        ("case", "why", "step", "quantity", "actual", "expected"),
        (headline,),
        ("Case: {situation}.", "Step: {step}."),
        (remedy,),
        cause=("actual", "expected"),
    )


ENTRIES: Mapping[str, Entry] = {
    # -- an algorithm's values ------------------------------------------------------------------------------------
    "mistake": Entry(
        (*_FIRST_WRONG, *_VARIANT, "mistake"),
        (_ALIKE, "{variant}"),
        (*_WHERE_WRONG, "Besides: {second}", "{second_remedy}", _OTHER_DEFAULTS),
        ("{variant_remedy} Or: {also_remedy}", "{variant_remedy}"),
    ),
    "dialect": Entry(
        (*_FIRST_WRONG, *_VARIANT, "dialect"),
        (_ALIKE, "{variant}"),
        (
            "Right in: {home}.",
            "First different from the slide: {place}, step {step}: slide {expected}, yours {yours}.",
            "First different from the slide: {spot}: slide {expected}, yours {yours}.",
            "Seen: {seen}",
            "Case: {case}, {why}.",
            "Besides: {second}",
            "{second_remedy}",
            _OTHER_DEFAULTS,
        ),
        ("{variant_remedy} Or: {also_remedy}", "{variant_remedy}"),
    ),
    "diverges": Entry(
        _FIRST_WRONG,
        (
            "From step {step} on, {name} is wrong; no known mistake explains it.",
            "{name} is wrong; no known mistake explains it.",
        ),
        (
            *_WHERE_WRONG,
            "Other than the slide's even before: {earlier}.",
            "What was tried: gradstep explain {id}.",
        ),
        (
            "Look first at the line that computes {suspect}: {suspect_line}. Other values are fine there if you keep "
            "it in another scale or one step late.",
            "Offer the inner steps, as attributes or yielded beside w, and the first wrong one is named: {unseen}.",
            "Compare the line of your code that computes {quantity} with the slide's: {formula}.",
            "Compare your code with the slide line by line, beginning with where {grad} is called.",
            "Compare your code with the slide line by line: {slide_lines}.",
        ),
    ),
    "not_finite": Entry(
        _FIRST_WRONG,
        ("{name} becomes {yours} at step {step}.", "{name} becomes {yours}."),
        _WHERE_WRONG,
        (
            "Look for a division by zero, an overflow or the root of a negative number in {formula}.",
            "Look for a division by zero, an overflow or the root of a negative number.",
        ),
    ),
    "float32_inside": Entry(
        _FIRST_WRONG,
        (
            "The error is the size of float32's rounding: something is kept in float32, or a constant is off in its "
            "seventh digit.",
        ),
        _WHERE_WRONG,
        ("Keep the input's dtype in everything you make: np.zeros_like(w) instead of zeros of dtype float32.",),
        cause=(),
    ),
    "wrong_defaults": Entry(
        ("case", "call", "failing", "total"),
        ("The defaults are other ones than asked for.",),
        (
            "Case: {case}.",
            "Cases that fail: {failing} of {total}; they leave hyper-parameters to their defaults.",
        ),
        ("The defaults should be those of {call}.",),
        cause=(),
    ),
    # -- an algorithm's behaviour ---------------------------------------------------------------------------------
    "grad_calls": Entry(
        ("case", "step", "calls", "wanted"),
        ("Calls of grad in one step: {calls} instead of {wanted}.",),
        ("Case: {case}.", "Step: {step}."),
        (
            "Call grad once a step, where the slide does, and keep the gradient in a variable: a second call draws the "
            "next gradient, as a stochastic gradient would.",
        ),
        cause=("calls", "wanted"),
    ),
    "yields_first": Entry(
        ("case",),
        ("It yields w before the first step.",),
        ("Case: {case}.",),
        ("Yield after every step, not before the first: ask for the gradient, change w, then yield it.",),
        cause=(),
    ),
    "raised": Entry(
        ("case", "why", "step", "type", "text", "file", "line", "function", "frames"),
        ("The code raised {type}: {text}", "The code raised {type}."),
        ("Where: {file}, line {line}, in {function}.", "Case: {situation}.", "Step: {step}."),
        (
            "Begin at the last line shown: it is the one that failed. {above} above it say how it was reached.",
            "{one_line} is the one that failed.",
            "No line is known: compare what the code takes and gives back with its signature in gradstep list.",
        ),
        cause=("type", "file", "line"),
    ),
    "not_started": Entry(
        (),
        ("Not written yet.",),
        remedy=("Write the slide's lines: {slide_lines}.", "Write the algorithm."),
    ),
    "partly_written": Entry(
        ("case", "why", "failing", "total"),
        ("It raises NotImplementedError for some inputs: it is not written for all of them.",),
        ("Case: {case}, {why}.", "Cases that are not written: {failing} of {total}."),
        ("Write what is left where NotImplementedError stands.",),
        cause=(),
    ),
    "timeout": Entry(
        ("seconds",),
        ("No end within {seconds} s.", "No end within the time limit."),
        remedy=(
            "Look for a loop that does not end, then for Python loops over elements: one array operation does it.",
        ),
        cause=(),
    ),
    "threads": Entry(
        ("limit",),
        ("It was ended: more than {limit} threads at once.", "It was ended: too many threads at once."),
        remedy=("Look for threads that are started in every step. No thread is needed: numpy works on whole arrays.",),
        cause=(),
    ),
    "files": Entry(
        ("mb", "limit"),
        (
            "It was ended: its files came to more than {mb} MB, or to more than {limit} of them.",
            "It was ended: it wrote too many files, or too much into them.",
        ),
        remedy=("Look for a file that is written in every step. No file is needed.",),
        cause=(),
    ),
    "flood": Entry(
        ("mb",),
        ("It was ended: it printed more than {mb} MB.", "It was ended: it printed too much."),
        remedy=("Look for a print in a loop.",),
        cause=(),
    ),
    "overtime": Entry(
        ("seconds",),
        (
            "Not run: the submission as a whole had used up its {seconds} s.",
            "Not run: the submission's time was used up.",
        ),
        remedy=("Make what comes before it faster; what ends at its own time limit uses up the most.",),
    ),
    "memory": Entry(
        ("mb",),
        ("More memory than the limit: {mb} MB.", "More memory than the limit."),
        remedy=("Look for a list or an array that grows with every step; the slide keeps only its named state.",),
        cause=(),
    ),
    "crash": Entry(
        ("signal", "code"),
        (
            "The process died: {signal}.",
            "The code ended its own process with exit code {code}.",
            "The process died.",
        ),
        remedy=("Look for exit, quit or os._exit, for endless recursion, and for wrong arrays in compiled code.",),
        cause=("signal", "code"),
    ),
    "missing": Entry(
        ("call",),
        ("Not found: {title}.",),
        remedy=("Offer it under this name: {call}. Case and underscores do not matter.",),
    ),
    "not_adapted": Entry(
        ("adapter", "modules"),
        ("Not found: {title}.",),
        ("Looked for by the adapter {adapter} in modules called: {modules}.",),
        ("Keep the names that the course gave to the files, functions and classes.",),
    ),
    "not_loaded": Entry(
        ("file",),
        ("{title} could not be looked for: {file} could not be loaded.",),
        remedy=("Mend {file} first, then check again.",),
    ),
    "other_shape": Entry(
        ("adapter", "name"),
        ("It has another course's signature: it is graded with --adapter {adapter}.",),
        ("Found: {name}.",),
        remedy=(_ADAPTER,),
        cause=("adapter",),
    ),
    "signature": Entry(
        ("text", "call"),
        ("It cannot be called as the contract says.",),
        ("Python: {text}",),
        ("Take the parameters by these names: {call}.",),
        cause=("text",),
    ),
    "no_step": Entry(
        ("has",),
        ("The class has no method {method}.",),
        ("Public methods found: {has}.",),
        ("Give the class the method {method}: it returns the new w, or updates w in place and returns None.",),
        cause=("has",),
    ),
    "grad_not_called": Entry(
        (),
        ("grad is used as the gradient itself, but it is a function.",),
        remedy=("Call it once a step, at the point where the gradient is wanted: g = grad(w). Then compute with g.",),
        cause=(),
    ),
    "not_iterator": Entry(
        ("type",),
        ("The function returns {type} instead of a generator.",),
        remedy=("Yield w after every step. A function that returns ends after the first step and forgets its state.",),
        cause=("type",),
    ),
    "stopped_early": Entry(
        ("case", "why", "step", "steps"),
        ("The generator ends before step {step} of {steps}.",),
        ("Case: {situation}.",),
        ("Loop with while True: the caller decides how many steps there are.",),
        cause=(),
    ),
    "too_many_steps": Entry(
        ("case", "steps"),
        ("The epoch has more steps than batches: {steps} are right.",),
        ("Case: {case}.",),
        ("Cut order into consecutive pieces of batch_size that do not overlap.",),
    ),
    "bad_point": Entry(
        ("case", "step"),
        ("grad is asked at something that is no array of the shape of w.",),
        ("Case: {case}.", "Step: {step}."),
        ("Pass grad the parameters themselves, w or the point the slide names, of the same shape.",),
        cause=(),
    ),
    "garbled": Entry(
        ("text",),
        ("The process of the code sent back something that is no result.",),
        ("What was wrong with it: {text}",),
        ("Leave file descriptors and sockets alone: results travel through one.",),
    ),
    "state_survives": Entry(
        ("case", "failing", "total"),
        ("State survives from one object to the next.",),
        ("Case: {case}; run by itself it is right.", "Cases that fail: {failing} of {total}."),
        (_OWN_STATE,),
        cause=(),
    ),
    "not_repeatable": Entry(
        ("case", "failing", "total"),
        ("The same call gives other values the second time: it draws random numbers of its own.",),
        ("Case: {case}.", "Cases that fail: {failing} of {total}."),
        ("All that is random is an argument: compute with the draws you are given, and draw none.",),
        cause=(),
    ),
    "gives_back": Entry(
        ("case", "why", "argument", "failing", "total"),
        ("{argument} stays as it was, whatever {grad} gives.", "It gives back {argument} as it came in."),
        ("Case: {situation}.", "Cases that fail: {failing} of {total}."),
        (
            "Return or yield the new w, or change w itself with w -= …: w = w − … makes a new array, and what came of "
            "{grad} is lost with it.",
            "Return the result, not the argument: a new array that is computed and then dropped changes nothing.",
        ),
        cause=("argument",),
    ),
    "returns_order": Entry(
        ("case", "why", "wanted"),
        ("The results come in another order than {wanted}.",),
        ("Case: {situation}.",),
        ("Return them in this order: {wanted}.",),
    ),
    "state_shared": Entry(
        ("case",),
        ("Two objects share their state: used in turn, each disturbs the other.",),
        ("Case: {case}; every case with one object is right.",),
        (_OWN_STATE,),
        cause=(),
    ),
    # -- results of another type ----------------------------------------------------------------------------------
    "wrong_type": _given("", "Give back {wanted}."),
    "list_given": _given(
        "A list has neither shape nor dtype, and + joins lists instead of adding.",
        "Make an array of it with np.array or np.stack, a tensor with torch.tensor or torch.stack. Where one number is "
        "asked for, return that number.",
    ),
    "tuple_given": _given(
        "Commas make a tuple.",
        "Give back {quantity} alone, with no comma behind it. An optimizer keeps its state in attributes of self or in "
        "local variables of the generator.",
    ),
    "dict_given": _given(
        "",
        'Give back {quantity} itself, not in a dict. Only an optimizer that is a generator may yield one: {{"w": w}}.',
    ),
    "none_given": _given(
        "",
        "Look for a function without return, a yield without a value, and methods that work in place and give nothing "
        "back, as sort does.",
    ),
    "text_given": _given("", "Give back the number itself, without str, format or an f-string."),
    "function_given": _given("", "Call it: a pair of parentheses is missing behind its name."),
    "iterator_given": _given(
        "It holds no values until somebody asks for them.",
        "Take yield out of the function, or put a loop's expression into brackets and np.array around them.",
    ),
    "integers_given": _given(
        "All that stands behind the decimal point is lost.",
        "Look for astype(int), //, round, and arrays made of whole numbers, as by np.array([0, 0]).",
    ),
    "floats_given": _given(
        "Labels are whole numbers.",
        "Give back what argmax or bincount counts, or convert with astype(int).",
    ),
    "booleans_given": _given(
        "True and False are a mask or a comparison, not yet values.",
        "Multiply by the mask, or choose by it with where, and give back the values.",
    ),
    "complex_given": _given(
        "",
        "Look for a root or a fractional power of a negative number, which in Python is complex, and for an fft.",
    ),
    "objects_given": _given(
        "NumPy makes such an array where it finds something that is no number, or rows of unequal length.",
        "Print what it is made of: every element must be a number, and all rows equally long.",
    ),
    "matrix_given": _given(
        "In a matrix * is the matrix product, and every row stays two-dimensional.",
        "Use np.array instead of np.matrix, and @ where a matrix product is meant.",
    ),
    "masked_given": _given(
        "What is masked has no value.",
        "Give back a plain array: filled(0), or whatever belongs where it is masked.",
    ),
    "subclass_given": _given(
        "A class of one's own may mean anything by its operations, so it is not read.",
        "Give back the plain one: np.array({quantity}), {quantity}.as_subclass(torch.Tensor) or float({quantity}).",
    ),
    "sparse_given": _given("", "Give back {quantity}.to_dense()."),
    "meta_given": _given(
        "Such a tensor has a shape and no values.",
        "Make every tensor on the device of the input: torch.zeros_like(w), or device=w.device.",
    ),
    # -- results of another shape ---------------------------------------------------------------------------------
    "wrong_shape": _shaped(
        "{quantity} has shape {actual} instead of {expected}.",
        "Look for a product that is not element by element (@, dot), a sum over another axis, or broadcasting.",
    ),
    "array_for_number": _shaped(
        "{quantity} is an array of shape {actual} instead of a single number.",
        "Give back its one element with item(), or sum what the slide sums. Numbers are made arrays by reshape, "
        "np.array([…]) and np.atleast_1d.",
    ),
    "number_for_array": _shaped(
        "{quantity} is a single number instead of an array of shape {expected}.",
        "Look for a sum, mean, max or norm without axis, a product with @ or dot, and a loop that keeps one element.",
    ),
    "axes_reordered": _shaped(
        "{quantity} has shape {actual} instead of {expected}: the axes are in another order.",
        "Leave the axes as they come in: look for .T, transpose, permute and swapaxes.",
    ),
    "side_of_one": _shaped(
        "{quantity} has shape {actual} instead of {expected}: they differ by sides of length 1.",
        "Give back the shape of the slide: look for keepdims=True, reshape(-1, 1), newaxis and atleast_2d. Such a side "
        "makes the next sum grow by broadcasting.",
    ),
    "laid_out_otherwise": _shaped(
        "{quantity} has shape {actual} instead of {expected}: as many numbers, laid out otherwise.",
        "Look for flatten, ravel and reshape, and turn the result back: reshape(x.shape).",
    ),
    "broadcastable": _shaped(
        "{quantity} has shape {actual} instead of {expected}: it would only broadcast to it.",
        "Look for a sum, mean or max over an axis that the result still has, and for a loop that ends too early.",
    ),
    # -- results that are none ------------------------------------------------------------------------------------
    "narrow_dtype": Entry(
        ("case", "step", "quantity", "actual", "expected"),
        (
            "{quantity} is {actual} where the input is {expected}.",
            "The values are {actual} where the input is {expected}.",
        ),
        ("Digits that are cut off do not come back.", "Case: {case}.", "Step: {step}."),
        (
            "Keep the input's dtype: np.zeros_like(w) instead of np.zeros(n, dtype=np.float32), no astype, half() or "
            "float() on the way.",
        ),
        cause=("actual", "expected"),
    ),
    "returns_nothing": Entry(
        ("case", "why"),
        ("The function returns nothing.",),
        ("Case: {situation}.",),
        ("End the function with return and the value: printing it, or changing the argument, is not enough.",),
        cause=(),
    ),
    "returns_other": Entry(
        ("case", "why", "wanted", "type"),
        ("The function returns {type} instead of {wanted}.",),
        ("Case: {situation}.",),
        ("Return {alone} alone.", "Return these, in this order and separated by commas: {wanted}."),
    ),
    "needs": Entry(
        ("case", "needs"),
        ("It cannot be checked until {needs} works: it takes what that gives back.",),
        remedy=("Write {needs} first, then check again.",),
        cause=("needs",),
    ),
    "after_wrong": Entry(
        (*_FIRST_WRONG, "needs"),
        ("It is checked after your own {needs}, which is wrong: its values may be wrong only for that.",),
        _WHERE_WRONG,
        ("Mend {needs} first, then check again.",),
        cause=("needs",),
    ),
    "after_dialect": Entry(
        (*_FIRST_WRONG, "needs"),
        ("It is wrong, and checked after your own {needs}, which follows another convention than the slides.",),
        _WHERE_WRONG,
        ("Write {needs} as the slides have it first: the values shown differ for that as well.",),
        cause=("needs",),
    ),
    "no_w": Entry(
        ("case", "why", "step", "keys"),
        ("The yielded dict holds no w.",),
        ("Keys found: {keys}.", "Case: {situation}.", "Step: {step}."),
        ('Yield the parameters under the key "w": yield {{"w": w}}.',),
        cause=("keys",),
    ),
    "harness_error": Entry(
        ("text",),
        ("This check failed through a fault of the harness; it costs no point.",),
        ("Harness: {text}",),
        ("Nothing to fix in the code. The instructor can grade it again.",),
        cause=("text",),
    ),
    # -- trials ---------------------------------------------------------------------------------------------------
    "not_trials": Entry(
        ("case", "why", "type"),
        ("It gives back {type} instead of dicts, one for each trial.",),
        ("Case: {situation}.",),
        ("Return a list of dicts, each of them name → value.",),
    ),
    "other_names": Entry(
        ("case", "has", "wanted"),
        ("A trial holds other names than the space: {has}.", "A trial holds no names."),
        ("The space has: {wanted}.", "Case: {case}."),
        ("Make each trial a dict with a value for every name of the space, and nothing else.",),
    ),
    "not_dicts": Entry(
        ("case", "why", "trial"),
        ("A trial is no dict: {trial}.",),
        (_THE_CASE,),
        ("Make each trial a dict, name → value: dict(zip(names, values)).",),
    ),
    "trial_count": Entry(
        ("case", "why", "trials", "wanted_trials"),
        ("Trials: {trials} instead of {wanted_trials}.",),
        (_THE_CASE,),
        ("Count by hand for two short lists, then look at the loop that makes the trials.",),
    ),
    "trials_reordered": Entry(
        ("case", "why", "number", "trial", "wanted_trial"),
        ("The trials are the right ones, in another order: trial {number} is {trial} instead of {wanted_trial}.",),
        (_THE_CASE,),
        ("Take names and values in the order in which they stand in the space; the last name varies fastest.",),
    ),
    "trial_differs": Entry(
        ("case", "why", "number", "trial", "wanted_trial"),
        ("Trial {number} is {trial} instead of {wanted_trial}.",),
        (_THE_CASE,),
        ("Compare your loop with the slide's line: {slide_lines}.",),
    ),
    "objective_calls": Entry(
        ("case", "why", "calls", "wanted_calls"),
        ("Calls of the objective: {calls} instead of {wanted_calls}, one for each trial.",),
        (_THE_CASE,),
        ("Call objective(trial) once in the loop and keep its value in a variable.",),
    ),
    "objective_order": Entry(
        ("case", "why", "number", "trial", "wanted_trial"),
        ("Call {number} of the objective is for {trial} instead of {wanted_trial}.",),
        (_THE_CASE,),
        ("Go through the trials as they stand in the list, and pass each on as it is.",),
    ),
    "another_best": Entry(
        ("case", "why", "trial", "wanted_trial", "value", "wanted_value"),
        ("It gives back {trial} and {value} instead of {wanted_trial} and {wanted_value}.",),
        (_THE_CASE,),
        ("Keep a trial and its value when the value is smaller than the best so far, and return both.",),
    ),
    # -- draws ----------------------------------------------------------------------------------------------------
    "whole_numbers": Entry(
        ("case", "why", "names"),
        ("The values are whole numbers where floats are asked for: {names}.",),
        (_THE_CASE,),
        ("Draw with rng.uniform or rng.random, without int, round or rng.integers.",),
    ),
    "out_of_range": Entry(
        ("case", "why", "name", "value", "low", "high", "outside", "trials"),
        ("{name} is {value}, outside of [{low}, {high}].",),
        ("Values outside: {outside} of {trials}.", _THE_CASE),
        (
            "u in [0, 1) becomes low + (high − low)·u. On a log scale draw between the logarithms of the ends, then "
            "exponentiate in the same base.",
        ),
    ),
    "generator_not_used": Entry(
        ("case", "why"),
        ("Equal generators give different trials.",),
        (_THE_CASE,),
        ("Draw from rng alone, not from np.random, random or a generator of your own.",),
    ),
    "generator_not_told": Entry(
        ("case", "why"),
        ("Different generators give the same trials.",),
        (_THE_CASE,),
        ("Draw from rng itself, and seed nothing.",),
    ),
    "repeated_values": Entry(
        ("case", "why", "name", "different", "trials", "chance"),
        ("{trials} trials try only {different} different values of {name}.",),
        (_CHANCE, _THE_CASE),
        (
            "Draw every value anew from the whole interval, not from a list: n trials then try n values of each "
            "hyper-parameter, which is what random search is for.",
        ),
    ),
    "off_law": Entry(
        ("case", "why", "name", "law", "point", "share", "wanted_share", "chance"),
        ("{name} is not {law}: {share} of its values lie up to {point}, where {wanted_share} should.",),
        (_CHANCE, _THE_CASE),
        ("Compare the line that turns a draw into a value with the slide's: {slide_lines}.",),
    ),
    "gap": Entry(
        ("case", "why", "name", "start", "end", "share", "chance"),
        ("No value of {name} lies between {start} and {end}, where {share} of them should.",),
        (_CHANCE, _THE_CASE),
        ("Draw from the whole interval, up to both ends, not from a list of values.",),
    ),
    "drawn_together": Entry(
        ("case", "why", "names", "correlation", "chance"),
        ("These are not drawn independently of each other: {names}, with a correlation of {correlation}.",),
        (_CHANCE, _THE_CASE),
        ("Draw anew for every hyper-parameter of every trial.",),
    ),
    "drawn_in_a_row": Entry(
        ("case", "why", "name", "correlation", "chance"),
        ("A value of {name} depends on that of the trial before, with a correlation of {correlation}.",),
        (_CHANCE, _THE_CASE),
        ("Draw every value by itself; sort nothing, and add nothing up.",),
    ),
    "too_even": Entry(
        ("case", "why", "name", "chance"),
        ("The values of {name} are more evenly spread than independent draws ever are.",),
        (_CHANCE, _THE_CASE),
        ("Draw every value by itself: no linspace, no shuffled grid, no strata.",),
    ),
    # -- masks ----------------------------------------------------------------------------------------------------
    "off_rate": Entry(
        ("case", "why", "share", "wanted_share", "chance"),
        ("{share} of the units are kept instead of {wanted_share}.",),
        (_CHANCE, _THE_CASE),
        ("rate is the probability of dropping a unit: keep it where a uniform draw is at least rate.",),
    ),
    "dropped_at_zero": Entry(
        ("case", "why", "dropped", "units"),
        ("Units are dropped at rate 0: {dropped} of {units}.",),
        (_THE_CASE,),
        ("Keep where u ≥ rate, u being a uniform draw in [0, 1): at rate 0 that is everywhere.",),
    ),
    "dropped_together": Entry(
        ("case", "why", "axis", "chance"),
        ("Units at the same place of axis {axis} of x are dropped together.",),
        (_CHANCE, _THE_CASE),
        ("Draw the mask in the shape of x, or of noise_shape where there is one: every unit by itself.",),
    ),
    "units_depend": Entry(
        ("case", "why", "axis", "chance"),
        ("Whether a unit is dropped depends on its neighbour along axis {axis} of x.",),
        (_CHANCE, _THE_CASE),
        ("Draw the mask in the shape of x, or of noise_shape where there is one: every unit by itself.",),
    ),
    "not_uniform": Entry(
        ("case", "why", "function", "frames"),
        ("The mask is drawn with {function}: its numbers are normal, not uniform in [0, 1).",),
        ("A normal number is not below p with probability p.", "Case: {situation}."),
        ("Call np.random.rand(*x.shape) instead, or np.random.random(x.shape).",),
    ),
    "calls_depend": Entry(
        ("case", "why", "chance"),
        ("The mask of a call depends on that of the call before.",),
        (_CHANCE, _THE_CASE),
        ("Draw a new mask in every call.",),
    ),
    "exact_counts": Entry(
        ("case", "why", "share", "wanted_share", "chance"),
        ("The number of units kept is always nearly the same: they are not dropped independently.",),
        (_CHANCE, _THE_CASE),
        ("Draw a number for every unit and compare it with rate, instead of choosing so many units to drop.",),
    ),
    "noise_not_shared": Entry(
        ("case", "why", "noise_shape"),
        ("The mask does not have the noise_shape that was asked for.",),
        ("Where it is 1, a draw is shared: {noise_shape}.", _THE_CASE),
        ("Draw the mask in the shape that noise_shape gives, and let it broadcast.",),
    ),
    "same_mask": Entry(
        ("case", "why"),
        ("Two calls of one layer have the same mask.",),
        (_THE_CASE,),
        ("Make the generator once, in __init__, and draw a new mask from it in every call.",),
    ),
    "seed_not_used": Entry(
        ("case", "why", "seed"),
        ("Two layers with the same seed draw different masks.",),
        ("Seed: {seed}.", _THE_CASE),
        ("Make a generator of its own for each layer in __init__, from this seed, and draw every mask from it.",),
    ),
    "seed_not_told": Entry(
        ("case", "why"),
        ("Two layers with different seeds draw the same masks.",),
        (_THE_CASE,),
        ("Make the generator from the seed that is passed.",),
    ),
    "unseeded_masks": Entry(
        ("case", "why"),
        ("Two layers without a seed draw the same masks.",),
        (_THE_CASE,),
        ("Seed the generator only where a seed is given, so that every other layer draws masks of its own.",),
    ),
    # -- loading --------------------------------------------------------------------------------------------------
    "syntax_error": Entry(
        ("file", "line", "text", "code"),
        (
            "Python cannot read {file}, line {line}, so nothing in it could be graded: {text}",
            "Python cannot read {file}, so nothing in it could be graded: {text}",
        ),
        ("The line: “{code}”.",),
        ("Look at this line and the one before it: a bracket, a quote, a colon or the indentation.",),
    ),
    "import_raised": Entry(
        ("type", "text", "file", "line"),
        (
            "Importing {file} raised {type} in line {line}, so nothing in it could be graded: {text}",
            "Importing {file} raised {type} in line {line}, so nothing in it could be graded.",
            "Importing {file} raised {type}, so nothing in it could be graded: {text}",
            "Importing {file} raised {type}, so nothing in it could be graded.",
            "Importing the file raised {type}, so nothing in it could be graded.",
        ),
        (),
        ("Begin at the last line of the traceback. " + _GUARD,),
    ),
    "import_missing": Entry(
        ("file", "line", "text"),
        (
            "{file}, line {line}, imports what is not installed here, so nothing in it could be graded: {text}",
            "The file imports what is not installed here, so nothing in it could be graded.",
        ),
        (),
        (
            "If it is yours, hand it in as well. Else remove the import where the algorithms do not need it, or move "
            "it into the function that does.",
        ),
    ),
    "import_unused": Entry(
        ("file", "line", "text", "library"),
        ("{file}, line {line}, imports what is never used, and fails, so nothing in it could be graded: {text}",),
        remedy=(
            "Remove the line: nothing needs {library}. An editor's automatic import may have put it there.",
            "Remove the line: nothing in the file uses what it imports.",
        ),
    ),
    "import_other_course": Entry(
        ("file", "line", "text", "adapter", "names"),
        (
            "{file} could not be imported, so nothing in it could be graded. Its signatures are another course's: they "
            "are for --adapter {adapter}.",
        ),
        ("Python, line {line}: {text}", "Seen: {names}."),
        (
            "As instructor: grade with --adapter {adapter}. It supplies the libraries of that course; files of the "
            f"student's own must be there. {_AS_STUDENT}",
        ),
    ),
    "other_course": Entry(
        ("file", "adapter", "names"),
        ("{file} has another course's signatures: it is graded with --adapter {adapter}.",),
        ("Seen: {names}.",),
        (_ADAPTER,),
    ),
    "other_course_too": Entry(
        ("file", "adapter", "names"),
        ("{file} holds more in the shape that --adapter {adapter} is for: {names}.",),
    ),
    "adapter_raised": Entry(
        ("adapter", "line", "type", "text", "file"),
        (
            "The adapter {adapter}, line {line}, raised {type}: {text}",
            "The adapter {adapter}, line {line}, raised {type}.",
            "The adapter {adapter} failed: {text}",
            "The adapter failed.",
        ),
        ("Over the module: {file}.",),
        ("The adapter is the instructor's: mend it and grade again.",),
    ),
    "import_timeout": Entry(
        ("seconds", "file"),
        ("Importing {file} does not end within {seconds} s.", "Importing the file does not end within {seconds} s."),
        remedy=(_GUARD,),
    ),
    "import_crash": Entry(
        ("signal", "code", "file"),
        (
            "The process died while importing {file}: {signal}.",
            "The process died while importing {file}, with exit code {code}.",
            "The process died while importing the file: {signal}.",
            "The process died while importing the file, with exit code {code}.",
            "The process died while importing the file.",
        ),
        remedy=(_GUARD,),
    ),
    "import_memory": Entry(
        ("mb", "file"),
        (
            "Importing {file} takes more memory than the limit: {mb} MB.",
            "Importing the file takes more memory than the limit: {mb} MB.",
        ),
        remedy=(_GUARD,),
    ),
    "import_threads": Entry(
        ("limit", "file"),
        (
            "Importing {file} was ended: more than {limit} threads at once.",
            "Importing the files starts too many threads.",
        ),
        remedy=(_GUARD,),
    ),
    "import_files": Entry(
        ("mb", "limit", "file"),
        (
            "Importing {file} was ended: its files came to more than {mb} MB, or to more than {limit} of them.",
            "Importing the files was ended: they wrote more than {mb} MB, or more than {limit} files.",
            "Importing the files was ended: they wrote too many files, or too much into them.",
        ),
        remedy=(_GUARD,),
    ),
    "import_flood": Entry(
        ("mb", "file"),
        (
            "Importing {file} was ended: it printed more than {mb} MB.",
            "Importing the files was ended: they printed more than {mb} MB.",
            "Importing the files was ended: they printed too much.",
        ),
        remedy=(_GUARD,),
    ),
    "import_overtime": Entry(
        ("seconds", "file"),
        (
            "Importing {file} takes more than the submission's {seconds} s.",
            "Importing the files takes more than the submission's {seconds} s.",
            "Importing the files takes more than the submission's time.",
        ),
        remedy=(_GUARD,),
    ),
    "import_exit": Entry(
        ("file",),
        ("{file} ends the program while it is imported.", "The file ends the program while it is imported."),
        remedy=("Remove exit, quit and sys.exit outside functions. " + _GUARD,),
    ),
    "import_forbidden": Entry(
        ("file", "line", "name"),
        ("{file}, line {line}: takes from {name}, which the assignment bars; nothing in the file could be graded.",),
        remedy=("Write what you took from there in plain array operations, and remove the line.",),
    ),
    "no_python": Entry(
        (),
        ("No Python file found in the submission.",),
        remedy=("Hand in a .py file, a package folder, a notebook, or an archive of these.",),
    ),
    "not_readable": Entry(
        (),
        ("A file of the submission cannot be read.",),
        remedy=("Check the permissions of the files, then grade again.",),
    ),
    "changing": Entry(
        (),
        ("A file of the submission was being written whenever it was read.",),
        remedy=("Wait until nothing copies or saves it any longer, then grade again.",),
    ),
    "too_large": Entry(
        (),
        ("The submission holds more than 4 MB of Python.",),
        remedy=("Hand in the code alone, without libraries and virtual environments.",),
    ),
    "too_many_files": Entry(
        (),
        ("The submission holds too many files, or folders too deep in one another.",),
        remedy=("Hand in the code alone, without libraries and virtual environments.",),
    ),
    "not_an_archive": Entry(
        (),
        ("The archive is no zip and no tar, whatever its name says.",),
        remedy=(_PACK,),
    ),
    "archive_empty": Entry(
        (),
        ("The archive is empty.",),
        remedy=("Pack the code again, and look into the archive before handing it in.",),
    ),
    "archive_encrypted": Entry(
        (),
        ("The archive is encrypted.",),
        remedy=("Pack it again without a password.",),
    ),
    "archive_truncated": Entry(
        (),
        ("The archive ends too early: a part of it is missing.",),
        remedy=("Pack it again, and wait until it is uploaded in full.",),
    ),
    "archive_damaged": Entry(
        (),
        ("The archive is damaged: what it holds is not what was packed.",),
        remedy=("Pack it again, and open it once before handing it in.",),
    ),
    "archive_method": Entry(
        (),
        ("The archive is compressed in a way that is not read here.",),
        remedy=(_PACK,),
    ),
    "archive_too_large": Entry(
        (),
        ("The archive unpacks to far more than code takes.",),
        remedy=("Hand in the code alone, without data, libraries and virtual environments.",),
    ),
    "bad_backend": Entry(
        ("value",),
        ("BACKEND is {value}; known: numpy, torch.",),
        remedy=('Write BACKEND = "numpy", BACKEND = "torch", or ("numpy", "torch") for both.',),
    ),
    # -- notes: they cost nothing ---------------------------------------------------------------------------------
    "wider_dtype": Entry(
        ("algorithm", "actual", "expected", "argument"),
        ("{algorithm}: the values come back as {actual} where the input is {expected}.",),
        remedy=(
            "NumPy widens where an array meets a float64 scalar: use Python floats, or end with "
            "astype({argument}.dtype).",
            "NumPy widens where an array meets a float64 scalar: use Python floats.",
        ),
        cause=("actual", "expected", "argument"),
    ),
    "tensor_for_array": Entry(
        ("algorithm",),
        ("{algorithm}: the values come back as a tensor where arrays went in.",),
        remedy=('Return an array, with numpy(); or write BACKEND = "torch" and get tensors.',),
    ),
    "array_for_tensor": Entry(
        ("algorithm",),
        ("{algorithm}: the values come back as an array where tensors went in.",),
        remedy=("Compute on the tensors, on whatever device they are: an array is always on the CPU.",),
    ),
    "requires_grad": Entry(
        ("algorithm",),
        ("{algorithm}: the values come back with requires_grad: autograd remembers every step so far.",),
        remedy=("Compute under torch.no_grad(), or return detach().",),
    ),
    "tuple_of_one": Entry(
        ("algorithm",),
        ("{algorithm}: the result comes back in a tuple of one.",),
        remedy=("Remove the comma behind it: it makes the tuple.",),
    ),
    "cancellation": Entry(
        ("algorithm", "case", "why"),
        ("{algorithm}: right, but it loses digits where the values are far from 0 and close together.",),
        ("Case: {case}, {why}.",),
        ("E[x²] − μ² subtracts two large numbers that are nearly the same: take the mean of (x − μ)² instead.",),
        cause=(),
    ),
    "several_names": Entry(
        ("algorithm", "chosen", "others"),
        ("{algorithm}: several names match; {chosen} was graded.",),
        ("Not graded: {others}.",),
        ("Rename the others, or begin their names with an underscore.",),
    ),
    "several_modules": Entry(
        ("files",),
        ("The submission holds several modules; each was looked at.",),
        ("Files: {files}.",),
    ),
    "partly_loaded": Entry(
        ("file", "text"),
        ("{file} could not be loaded; the rest was graded.",),
        ("Python: {text}",),
        ("Import the file by itself to see the error.",),
    ),
    "names_forbidden": Entry(
        ("name", "file", "line"),
        ("{file}, line {line}: names {name}, which the assignment bars; it cannot be used.",),
        remedy=("Remove it, and write what it does in plain array operations.",),
    ),
    "adapted": Entry(
        ("adapter",),
        ("The code was graded through the adapter {adapter}.",),
    ),
    "adapter_names": Entry(
        ("adapter", "names"),
        ("The adapter {adapter} gives names that are no algorithm's: {names}.",),
        remedy=("As instructor: gradstep list shows the names; what else the adapter gives is not graded.",),
    ),
    "archive_names": _left_out(
        "The archive holds what would lie outside it, or has no usable name; it was not looked at.",
        "Pack the folder itself: no name in it begins with / or a drive, leads upwards, or is longer than 255 bytes.",
    ),
    "archive_links": _left_out(
        "The archive holds links or devices that are called like code; they were not followed.",
        "Pack the files that the links lead to.",
    ),
    "archive_unread": _left_out(
        "An archive within the archive could not be read; the rest was looked at.",
        "Hand in the code itself, packed once and without a password.",
    ),
    "archive_depth": _left_out(
        "The archive holds an archive within an archive; it was not opened.",
        "Hand in the code itself, packed once.",
    ),
    # -- what only a status tells ---------------------------------------------------------------------------------
    "pass": Entry((), ("Right in every case.",)),
    "fail": Entry((), ("The values are not the slide's.",)),
    "error": Entry((), ("The code raised an exception.",)),
    "forbidden": Entry(
        ("name",),
        ("It uses {name}, which the assignment bars.", "It uses what the assignment bars."),
        remedy=("Write it out in plain array operations.",),
        cause=("name",),
    ),
    "skipped": Entry(
        ("device",),
        ("Not checked: this machine has no {device}.", "Not checked: this machine lacks a device it needs."),
        remedy=("It counts once it is graded on a machine that has one.",),
        cause=("device",),
    ),
}
