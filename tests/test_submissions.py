"""The sample submissions, graded through the real chain, against what their expect.toml says of them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path

import pytest

from harness import assignment, intake
from harness.batch import Batch
from harness.cli.environment import environment, now
from harness.cli.words import catalogue
from harness.report.speak import explain
from harness.results import AlgorithmResult, Message, Results, SubmissionResult, read_results, write_results
from reference import pages

SUBMISSIONS = Path(__file__).parent.parent / "submissions"
NAMES = sorted(folder.name for folder in SUBMISSIONS.iterdir() if folder.is_dir())
RIGHT = [name for name in NAMES if name.startswith("right_")]

SEED = 0
SECONDS = 3.0
"""For each algorithm. A right one takes a tenth of a second; only the endless loop uses it up."""

ROOM = 0.5
"""The largest error, in tolerances, that a right submission may have."""


@dataclass(frozen=True)
class Expected:
    """One algorithm's table. What is None is not looked at, but for a diagnosis, which must then be none."""

    status: str
    mistake: str | None = None
    dialect: str | None = None
    beside: str | None = None
    step: int | None = None
    quantity: str | None = None
    says: str = ""


@dataclass(frozen=True)
class Expectation:
    """One expect.toml. A key that is no field of the dataclasses raises TypeError."""

    score: float
    algorithms: Mapping[str, Expected]
    others: str | None = None
    topics: list[str] | None = None
    notes: list[str] = field(default_factory=list)
    load_error: str | None = None
    load_says: str = ""

    @classmethod
    def read(cls, file: Path) -> Expectation:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
        algorithms = {id: Expected(**data.pop(id)) for id in pages() if id in data}
        return cls(algorithms=algorithms, **data)

    def of(self, id: str) -> Expected:
        if id in self.algorithms:
            return self.algorithms[id]
        if self.topics is not None and pages()[id].topic not in self.topics:
            return Expected("missing")
        assert self.others is not None, f"neither a table for {id} nor others"
        return Expected(self.others)


@pytest.fixture(scope="session")
def results_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All the samples graded once, in one batch, and written down."""
    asked = replace(assignment.load(), seconds=SECONDS)
    submissions = intake.find(SUBMISSIONS)
    started = now()
    with Batch(asked, seed=SEED, jobs=2) as batch:
        graded = sorted(batch.grade(submissions), key=lambda each: each.id)
    assert batch.witness_fault is None
    file = tmp_path_factory.mktemp("graded") / "results.json"
    write_results(Results(batch.info, environment(started, batch.devices), tuple(graded)), file)
    return file


@pytest.fixture(scope="session")
def graded(results_file: Path) -> Mapping[str, SubmissionResult]:
    return {each.id: each for each in read_results(results_file).submissions}


@pytest.fixture
def submission(name: str, graded: Mapping[str, SubmissionResult]) -> SubmissionResult:
    return graded[name]


def spoken(message: Message | None, algorithm: str | None) -> str:
    """All that is said of a message."""
    if message is None:
        return ""
    sentence = explain(message, algorithm, catalogue())
    return " ".join([sentence.headline, sentence.detail, sentence.remedy])


def first_wrong(result: AlgorithmResult) -> tuple[int, str] | tuple[None, None]:
    """Step and quantity of the first case that has numbers to show."""
    seen = next((case.first_divergence for case in result.cases if case.first_divergence), None)
    return (seen.step, seen.quantity) if seen else (None, None)


def test_every_folder_is_a_submission_and_nothing_else_is(graded: Mapping[str, SubmissionResult]) -> None:
    assert list(graded) == NAMES


def test_the_results_file_keeps_to_the_schema(results_file: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((files("harness.results") / "schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(results_file.read_text(encoding="utf-8")), schema)


@pytest.mark.parametrize("name", NAMES)
def test_a_submission_gets_what_it_should(name: str, submission: SubmissionResult) -> None:
    expectation = Expectation.read(SUBMISSIONS / name / "expect.toml")
    assert submission.score == pytest.approx(expectation.score, abs=1e-6)
    assert [note.id for note in submission.notes] == expectation.notes
    error = submission.load_error
    assert (error and error.message.id) == expectation.load_error
    assert expectation.load_says in spoken(error and error.message, None)
    assert [each.id for each in submission.algorithms] == list(pages())
    for result in submission.algorithms:
        _as_expected(result, expectation.of(result.id))


def _as_expected(result: AlgorithmResult, expected: Expected) -> None:
    diagnosed = {result.diagnosis.kind: result.diagnosis.id} if result.diagnosis else {}
    step, quantity = first_wrong(result)
    said = spoken(result.message, result.id)
    found = Expected(
        status=result.status,
        mistake=diagnosed.get("mistake"),
        dialect=diagnosed.get("dialect"),
        beside=result.message.params.get("second") if result.message else None,
        step=expected.step and step,
        quantity=expected.quantity and quantity,
        says=expected.says if expected.says in said else said,
    )
    assert (result.id, found) == (result.id, expected)


@pytest.mark.parametrize("name", NAMES)
def test_every_message_is_put_into_words(name: str, submission: SubmissionResult) -> None:
    """One that lacks words is shown as its id."""
    messages = [(each.message, each.id) for each in submission.algorithms if each.message]
    messages += [(note, None) for note in submission.notes]
    assert [message.id for message, id in messages if spoken(message, id).startswith(f"{message.id}.")] == []


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_submission_has_room_to_spare(name: str, submission: SubmissionResult) -> None:
    cases = [(each.id, case) for each in submission.algorithms for case in each.cases]
    assert cases
    assert [(id, case) for id, case in cases if not case.error_ratio <= ROOM] == []
    numbers = [(id, case) for id, case in cases if pages()[id].form in ("optimizer", "epoch", "function")]
    assert [(id, case) for id, case in numbers if not case.torch_ratio <= 1] == []


@pytest.mark.parametrize("name", ["right_numpy_class", "right_torch"])
def test_the_whole_lecture_gets_full_marks(name: str, graded: Mapping[str, SubmissionResult]) -> None:
    assert {each.id: each.status for each in graded[name].algorithms} == dict.fromkeys(pages(), "pass")
    assert graded[name].score == graded[name].max_points == len(pages())


def test_both_backends_are_graded(graded: Mapping[str, SubmissionResult]) -> None:
    for result in graded["right_both_backends"].algorithms:
        if not result.cases:
            continue
        plain, by_torch = ([case.id for case in result.cases if ("@torch" in case.id) == it] for it in (False, True))
        assert by_torch == [f"{id}@torch" for id in plain]


def test_an_expectation_with_an_unknown_key_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "expect.toml"
    for text in ("score = 9\nother = 'pass'", "score = 9\nadam.status = 'pass'\nadam.setp = 3"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(TypeError, match="unexpected keyword"):
            Expectation.read(file)
