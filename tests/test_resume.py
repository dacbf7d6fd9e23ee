"""A run takes over what holds from before and grades the rest; the results are those of a run that was left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from harness import adapter, intake
from harness.assignment import Assignment, load
from harness.batch import Batch, resume
from harness.cli.environment import environment
from harness.intake import Submission
from harness.results import SubmissionResult
from harness.results.file import to_text
from harness.results.journal import Journal, Record
from harness.runner import isolation
from harness.runner.forks import ForkServer
from harness.runner.isolation import basic
from harness.runner.worker import Worker
from reference import pages
from tests.cli.conftest import Lasting
from tests.graded import GRADIENT_DESCENT, MOMENTUM, asked, submission

SAMPLES = Path(__file__).parents[1] / "submissions"
WRONG = MOMENTUM.replace("lr * grad(w)", "(1 - gamma) * lr * grad(w)")


def keys_of(asked_for: Assignment, seed: int = 0, **more: Any) -> Mapping[str, str]:
    here = replace(environment("then", ("cpu",), basic()), **more)
    return resume.keys(asked_for, Batch(asked_for, seed=seed, jobs=1).info.seed_fingerprint, None, here)


class Grader:
    """Grades into one folder, and knows what it ran: every algorithm that a student's code was driven through, as
    (submission, algorithm), and how many zygotes."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, zygotes: Callable[..., ForkServer]) -> None:
        self.folder, self.started = folder, 0
        self.ran: list[tuple[str, str]] = []
        self._monkeypatch, self._zygotes = monkeypatch, zygotes

    def __call__(
        self,
        submissions: Sequence[Submission],
        asked_for: Assignment,
        stale: Sequence[str] = (),
        jobs: int = 2,
        level: isolation.Isolation | None = None,
    ) -> dict[str, str]:
        """The results as they are written, by id; the pages of the ``stale`` ones changed since."""
        self.ran, self.started = [], 0
        keys = {id: f"{key}, anew" if id in stale else key for id, key in keys_of(asked_for).items()}
        with self._counted(), Journal(self.folder) as journal:
            results = {id: result for id, (result, _) in resume.taken_over(submissions, journal, keys).items()}
            left = [each for each in submissions if each.id not in results]
            with Batch(asked_for, seed=0, jobs=jobs, isolation=level) as batch:
                results |= {result.id: result for result in batch.grade(left, journal, keys)}
            assert journal.durable
            journal.keep([each.id for each in submissions])
        return {id: to_text(result) for id, result in sorted(results.items())}

    @contextmanager
    def _counted(self) -> Iterator[None]:
        run = Worker.run

        def counted(worker: Worker, task: Any, backend: str) -> Any:
            self.ran.append((worker._submission.id, task.id))
            return run(worker, task, backend)

        def started(*arguments: Any) -> ForkServer:
            self.started += 1
            return self._zygotes(*arguments)

        with self._monkeypatch.context() as patch:
            patch.setattr(Worker, "run", counted)
            patch.setattr("harness.batch.batch.ForkServer", started)
            yield


@pytest.fixture(scope="module")
def zygotes() -> Iterator[Callable[..., ForkServer]]:
    """Some that outlive the batches they serve: importing torch for each would take most of the time."""
    with ExitStack() as stack:

        @cache
        def zygote(*arguments: Any) -> ForkServer:
            server = Lasting(*arguments)
            stack.callback(server.close)
            return server

        yield zygote


@pytest.fixture
def grade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zygotes: Callable[..., ForkServer]) -> Grader:
    return Grader(tmp_path, monkeypatch, zygotes)


KIM, LEE = submission("kim", GRADIENT_DESCENT + WRONG), submission("lee", MOMENTUM)
BOTH = asked("gradient_descent", "momentum")


# -- what is graded again ---------------------------------------------------------------------------------------------


def test_where_nothing_changed_nothing_is_run_nor_started(grade: Grader) -> None:
    first = grade([KIM, LEE], BOTH)
    assert sorted(grade.ran) == [("kim", "gradient_descent"), ("kim", "momentum"), ("lee", "momentum")]
    assert grade([KIM, LEE], BOTH) == first
    assert (grade.ran, grade.started) == ([], 0)


def test_a_changed_page_grades_its_algorithm_only(grade: Grader) -> None:
    first = grade([KIM, LEE], BOTH)
    assert grade([KIM, LEE], BOTH, stale=["gradient_descent"]) == first
    assert grade.ran == [("kim", "gradient_descent")]
    assert grade([KIM, LEE], BOTH, stale=["gradient_descent"]) == first
    assert grade.ran == []


def test_a_changed_submission_is_graded_and_the_others_are_not(grade: Grader) -> None:
    first = grade([KIM, LEE], BOTH)
    changed = submission("lee", WRONG)
    again = grade([KIM, changed], BOTH)
    assert grade.ran == [("lee", "momentum")]
    assert again["kim"] == first["kim"]
    assert '"status": "fail"' in again["lee"]


def test_a_late_one_is_graded_a_removed_one_is_gone_and_a_moved_one_has_its_new_path(grade: Grader) -> None:
    first = grade([LEE], BOTH)
    both = grade([KIM, replace(LEE, path="elsewhere/lee.py")], BOTH)
    assert {id for id, _ in grade.ran} == {"kim"}
    assert both["lee"] == first["lee"].replace("lee.py", "elsewhere/lee.py", 1)
    assert set(grade([KIM], BOTH)) == {"kim"}
    assert grade.ran == []
    with Journal(grade.folder) as journal:
        assert journal.record("lee") is None


def test_more_algorithms_are_added_to_those_that_stand_there(grade: Grader) -> None:
    whole = grade([KIM], BOTH)
    Path(grade.folder / "journal.jsonl").unlink()
    grade([KIM], asked("momentum"))
    assert grade([KIM], BOTH) == whole
    assert grade.ran == [("kim", "gradient_descent")]
    fewer = grade([KIM], asked("momentum"))
    assert grade.ran == []
    assert '"max_points": 1.0' in fewer["kim"]


def test_a_fault_of_ours_is_graded_again(grade: Grader, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("harness.batch.batch.verdict", lambda *_: 1 / 0)
        assert "harness_error" in grade([LEE], BOTH)["lee"]
    again = grade([LEE], BOTH)
    assert grade.ran == [("lee", "momentum")]
    assert "harness_error" not in again["lee"]


def test_what_was_judged_without_torchs_values_is_graded_again(grade: Grader, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("harness.grading.witness.ENTRY", "no_such_module:serve")
        assert '"torch_ratio": null' in grade([LEE], BOTH)["lee"]
    again = grade([LEE], BOTH)
    assert grade.ran == [("lee", "momentum")]
    assert '"torch_ratio": null' not in again["lee"]


PRINTS = submission("kim", f"print('hello')\n{GRADIENT_DESCENT}{WRONG}")
REMEMBERS = submission(
    "kim",
    GRADIENT_DESCENT
    + "seen = [0]\n"
    + MOMENTUM.replace("v = 0 * w", "v = 0 * w; seen[0] += 1; w = w + 1e-3 * (seen[0] > 2)"),
)


@pytest.mark.parametrize("one", [PRINTS, REMEMBERS], ids=["prints", "remembers"])
def test_one_whose_algorithms_cannot_be_told_apart_is_run_as_a_whole(grade: Grader, one: Submission) -> None:
    first = grade([one], BOTH)
    assert '"printed": {' in first["kim"] or "state_survives" in first["kim"]
    assert grade([one], BOTH, stale=["gradient_descent"]) == first
    assert {id for _, id in grade.ran} == {"gradient_descent", "momentum"}


def test_problems_of_intake_are_told_anew(grade: Grader) -> None:
    gone = Submission("kim", "kim", {}, (), problem="no_python")
    assert "no_python" in grade([gone], BOTH)["kim"]
    assert "not_readable" in grade([replace(gone, problem="not_readable")], BOTH)["kim"]


# -- keys -------------------------------------------------------------------------------------------------------------

CHANGES: Mapping[str, Callable[[Assignment], Assignment]] = {
    "seconds": lambda each: replace(each, seconds=9.0),
    "submission_seconds": lambda each: replace(each, submission_seconds=299.0),
    "memory_mb": lambda each: replace(each, memory_mb=1023),
    "forbid": lambda each: replace(each, forbid=("scipy",)),
    "dialects": lambda each: replace(each, dialects="half"),
    "partial": lambda each: replace(each, partial=False),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_an_assignment_that_judges_otherwise_changes_every_key(change: Callable[[Assignment], Assignment]) -> None:
    before, after = keys_of(BOTH), keys_of(change(BOTH))
    assert not set(before.values()) & set(after.values())


@pytest.mark.parametrize("name", ["gradstep", "python", "numpy", "torch", "platform", "cpu", "isolation", "layers"])
def test_another_machine_or_version_changes_every_key(name: str) -> None:
    other: Any = ("another",) if name == "layers" else "another"
    assert not set(keys_of(BOTH).values()) & set(keys_of(BOTH, **{name: other}).values())


def test_times_devices_titles_and_other_algorithms_change_none() -> None:
    keys = keys_of(BOTH)
    assert keys_of(replace(BOTH, id="other", title="Other"), started="now", finished="now", devices=("x",)) == keys
    assert keys_of(asked("momentum")) == {"momentum": keys["momentum"]}


def test_points_change_their_algorithms_key() -> None:
    before, after = keys_of(BOTH), keys_of(replace(BOTH, points={**BOTH.points, "momentum": 2.0}))
    assert {id for id in before if before[id] != after[id]} == {"momentum"}


def test_the_seed_changes_every_key_and_cannot_be_read_from_it() -> None:
    keys = [keys_of(BOTH, seed) for seed in (0, 1)]
    assert not set(keys[0].values()) & set(keys[1].values())
    fingerprint = Batch(BOTH, seed=1, jobs=1).info.seed_fingerprint
    here = environment("then", ("cpu",), basic())
    assert resume.keys(BOTH, fingerprint, None, here) == keys[1]  # all that goes in is what is slow to compute


def test_an_adapters_source_and_setting_change_every_key(tmp_path: Path) -> None:
    file = tmp_path / "course.py"
    file.write_text("SETTINGS = ('a', 'b')\ndef adapt(module): return {}\n")
    here, found = environment("then", ("cpu",), basic()), []
    for name, more in ((f"{file}:a", ""), (f"{file}:b", ""), (f"{file}:b", "# more\n")):
        file.write_text(file.read_text() + more)
        found.append(resume.keys(BOTH, "fingerprint", adapter.load(name), here)["momentum"])
    assert len({*found, keys_of(BOTH)["momentum"]}) == 4


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The code that keys are made of, where it can be edited."""
    import shutil

    root = Path(resume.__file__).parents[2]
    for name in ("harness", "reference"):
        shutil.copytree(root / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(resume, "__file__", str(tmp_path / "harness" / "batch" / "resume.py"))
    monkeypatch.setattr("reference.__file__", str(tmp_path / "reference" / "__init__.py"))
    yield tmp_path
    resume._code.cache_clear()
    resume._page.cache_clear()


@pytest.mark.parametrize(
    ("file", "changed"),
    [
        ("reference/momentum.py", {"momentum"}),
        ("reference/batch_norm_forward.py", {"batch_norm_forward", "batch_norm_backward"}),
        ("reference/keras_sgd.py", None),
        ("reference/maths.py", "all"),
        ("reference/batteries/optimizers.py", "all"),
        ("harness/grading/judge.py", "all"),
        ("harness/worker/drive.py", "all"),
        ("harness/worker/wall/probe.py", "all"),
        ("harness/adapters/_bridge.py", "all"),
        ("harness/assignment.py", "all"),
        ("harness/adapters/cs231n.py", set()),
        ("harness/report/pages.py", set()),
        ("harness/cli/grade.py", set()),
        ("harness/export/gradebook.py", set()),
    ],
)
def test_which_file_changes_which_keys(copied: Path, file: str, changed: Any) -> None:
    found = []
    for more in ("", "# more\n"):
        path = copied / file
        path.write_text(path.read_text() + more)
        resume._code.cache_clear()
        resume._page.cache_clear()
        found.append(keys_of(load()))
    if changed is None:  # the page and those that import from it
        importing = [id for id in pages() if "from reference.keras_sgd " in (copied / f"reference/{id}.py").read_text()]
        assert importing
        changed = {"keras_sgd", *importing}
    assert {id for id in pages() if found[0][id] != found[1][id]} == (set(pages()) if changed == "all" else changed)


# -- every sample -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Submission], dict[str, SubmissionResult], Path]:
    """The samples that do not take their time, each of their results, and the folder of their journal."""
    found = [each for each in intake.find(SAMPLES) if each.id != "endless_loop"]
    folder = tmp_path_factory.mktemp("samples")
    with Journal(folder) as journal, Batch(load(), seed=0, jobs=2, isolation=LEVEL) as batch:
        results = {each.id: each for each in batch.grade(found, journal, keys_of(load()))}
    return found, results, folder


LEVEL = isolation.best(isolation.probe())

DRAW_OF_THE_SYSTEM = {"right_torch"}
"""Whose layers without a seed ask the system for one, by ``torch.Generator.seed``."""


@pytest.mark.slow
def test_what_is_read_back_is_what_would_have_been_written(samples: Any) -> None:
    found, results, folder = samples
    with Journal(folder) as journal:
        again = resume.taken_over(found, journal, keys_of(load()))
    assert set(again) == set(results)
    for id, (result, _) in again.items():
        assert to_text(result) == to_text(results[id])


@pytest.mark.slow
@pytest.mark.parametrize(
    "stale", [["momentum", "batch_norm_forward"], ["batch_norm_backward", "adam", "dropout_train"]]
)
def test_graded_in_part_a_sample_is_what_it_is_graded_as_a_whole(samples: Any, stale: Sequence[str]) -> None:
    found, results, folder = samples
    keys = {id: f"{key}, anew" if id in stale else key for id, key in keys_of(load()).items()}
    with Journal(folder) as journal:
        kept = {each.id: resume.kept(journal.record(each.id), each, keys) for each in found}
        with Batch(load(), seed=0, jobs=2, isolation=LEVEL) as batch:
            again = {each.id: each for each in batch.grade(found, _Unwritten(journal), keys)}
    assert sum(map(bool, kept.values())) > len(found) / 2
    assert {id: to_text(each) for id, each in again.items()} == {id: to_text(each) for id, each in results.items()}


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 4])
def test_a_sample_is_graded_alike_with_any_number_of_jobs(samples: Any, jobs: int) -> None:
    found, results, _ = samples
    with Batch(load(), seed=0, jobs=jobs, isolation=LEVEL) as batch:
        again = {each.id: to_text(each) for each in batch.grade(list(reversed(found)))}
    assert {id for id, each in again.items() if each != to_text(results[id])} <= DRAW_OF_THE_SYSTEM


class _Unwritten(Journal):
    """A journal to read from, that stays as it is."""

    def __init__(self, other: Journal) -> None:
        super().__init__(other.path.parent)
        self.record = other.record  # type: ignore[method-assign]

    def append(self, record: Record) -> None: ...
