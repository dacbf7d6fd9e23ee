"""The sample submissions, graded through the real chain, against what their expect.toml says of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import pytest

from harness import adapter
from harness.results import SubmissionResult, read_results, write_results
from reference import pages
from tests.samples import Expectation, check, grade, spoken

SUBMISSIONS = Path(__file__).parent.parent / "submissions"
COURSES = Path(__file__).parent.parent / "courses"
"""Samples in the shapes of other courses: a folder for each adapter."""

NAMES = sorted(folder.name for folder in SUBMISSIONS.iterdir() if folder.is_dir())
RIGHT = [name for name in NAMES if name.startswith("right_")]

ROOM = 0.5
"""The largest error, in tolerances, that a right submission may have."""


@pytest.fixture(scope="session")
def results_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All the samples graded once, in one batch, and written down."""
    file = tmp_path_factory.mktemp("graded") / "results.json"
    write_results(grade(SUBMISSIONS), file)
    return file


@pytest.fixture(scope="session")
def graded(results_file: Path) -> Mapping[str, SubmissionResult]:
    return {each.id: each for each in read_results(results_file).submissions}


@pytest.fixture
def submission(name: str, graded: Mapping[str, SubmissionResult]) -> SubmissionResult:
    return graded[name]


def test_every_folder_is_a_submission_and_nothing_else_is(graded: Mapping[str, SubmissionResult]) -> None:
    assert list(graded) == NAMES


def test_the_results_file_keeps_to_the_schema(results_file: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((files("harness.results") / "schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(results_file.read_text(encoding="utf-8")), schema)


@pytest.mark.parametrize("name", NAMES)
def test_a_submission_gets_what_it_should(name: str, submission: SubmissionResult) -> None:
    check(submission, SUBMISSIONS / name / "expect.toml")


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


# -- samples from other courses ---------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def courses() -> Mapping[str, Mapping[str, SubmissionResult]]:
    """Graded through the adapter that each folder is called after."""
    results = {name: grade(COURSES / name, adapter.load(name)) for name in adapter.shipped()}
    return {name: {each.id: each for each in found.submissions} for name, found in results.items()}


@pytest.mark.parametrize("file", sorted(COURSES.glob("*/*/expect.toml")), ids=lambda file: "/".join(file.parts[-3:-1]))
def test_a_sample_of_another_course_gets_what_it_should(
    file: Path, courses: Mapping[str, Mapping[str, SubmissionResult]]
) -> None:
    check(courses[file.parts[-3]][file.parts[-2]], file)


def test_every_sample_of_another_course_says_what_it_gets(
    courses: Mapping[str, Mapping[str, SubmissionResult]],
) -> None:
    assert [folder.name for folder in sorted(COURSES.iterdir()) if folder.is_dir()] == adapter.shipped()
    for name, found in courses.items():
        assert {file.parent.name for file in (COURSES / name).glob("*/expect.toml")} == found.keys()


def test_every_sample_is_in_its_readme() -> None:
    for folder in (SUBMISSIONS, *(COURSES / name for name in adapter.shipped())):
        told = (COURSES if folder.parent == COURSES else SUBMISSIONS) / "README.md"
        text = told.read_text(encoding="utf-8")
        names = [each.name for each in folder.iterdir() if each.is_dir() and each.name != "__pycache__"]
        assert [name for name in names if f"| `{name}` |" not in text] == []
