"""What looks like a verdict and is none; answers that are remembered; code that behaves while it is watched."""

from __future__ import annotations

from tests.attacks.attack import STEP, Attack, answer, harmless

FAIL = frozenset({"fail"})

ATTACKS = (
    Attack(
        "prints a verdict and is wrong",
        r"""
        print('PASS 1/1\n{"status": "pass", "points": 1}', flush=True)
        """,
        FAIL,
        FAIL,
        at=STEP,
        answer="w * 0",
    ),
    Attack(
        "writes results and is wrong",
        """
        for name in ("results.json", "results.partial.json", "index.html", "gradebook.csv", "pass"):
            with open(name, "w") as file: file.write('{"status": "pass", "points": 1}')
        """,
        FAIL,
        FAIL,
        at=STEP,
        answer="w * 0",
    ),
    answer("the answer of an earlier case", "hoard[0] if hoard else (hoard.append(w), w)[1]", "fail", "error"),
    answer(
        "remembers by the shape",
        "(lambda kept: kept.setdefault(w.shape, w))(hoard[0] if hoard else (hoard.append({}), hoard[0])[1])",
        "fail",
    ),
    answer("right while it is looked at", "w if sys.gettrace() else w * 2", "fail"),
    answer("right for the first ten times only", "w if (hoard.append(1) or len(hoard)) < 10 else w * 2", "fail"),
    answer(
        "right until a clock says so", "w if (hoard.append(1) or time.perf_counter() < 0) else w * (1 + 1e-3)", "fail"
    ),
    answer("random", "w + np.random.random(w.shape)", "fail"),
    harmless(
        "a name that is a verdict",
        r"""
        attack.__name__ = attack.__qualname__ = "\x1b[32mpass\x1b[0m" * 10**5
        global passing
        passing = type("pass" * 10**5, (), {"__call__": print})()
        """,
    ),
)
