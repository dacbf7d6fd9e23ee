from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from harness.results import Printed, Results, ResultsError, read_results, to_json, write_results
from harness.results.file import to_text
from tests.cohort import COHORT

SCHEMA = json.loads(files("harness.results").joinpath("schema.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def cohort() -> Results:
    """Those whose texts a file can hold: a lone half of a character cannot be written in UTF-8."""
    return dataclasses.replace(COHORT, submissions=COHORT.submissions[:-1])


@pytest.fixture
def file(cohort: Results, tmp_path: Path) -> Path:
    write_results(cohort, tmp_path / "results.json")
    return tmp_path / "results.json"


def test_a_written_file_fits_the_schema(file: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(json.loads(file.read_text(encoding="utf-8")), SCHEMA)


def test_what_is_written_is_read_back(cohort: Results, file: Path) -> None:
    again = read_results(file)
    assert to_json(again) == to_json(cohort)
    nan = again.submissions[0].algorithms[2].cases[2]
    assert math.isnan(nan.error_ratio or 0)
    assert nan.torch_ratio == math.inf


def test_bytes_that_nobody_counted_fit_the_schema(cohort: Results, tmp_path: Path) -> None:
    ended = dataclasses.replace(cohort.submissions[0], printed=Printed("again and again", None))
    write_results(dataclasses.replace(cohort, submissions=(ended,)), tmp_path / "r.json")
    jsonschema.validate(json.loads((tmp_path / "r.json").read_text(encoding="utf-8")), SCHEMA)
    assert read_results(tmp_path / "r.json").submissions[0].printed == ended.printed


def test_the_content_is_on_the_disk_before_the_name_and_then_the_name(
    cohort: Results, tmp_path: Path, pushed: list[str]
) -> None:
    write_results(cohort, tmp_path / "results.json")
    assert pushed == ["file", "in place", "folder"]


@pytest.mark.usefixtures("closed_folders")
def test_a_folder_that_cannot_be_opened_is_written_to(cohort: Results, tmp_path: Path) -> None:
    write_results(cohort, tmp_path / "results.json")
    assert to_json(read_results(tmp_path / "results.json")) == to_json(cohort)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, 0.1])
def test_every_number_survives(value: float, cohort: Results, tmp_path: Path) -> None:
    first = cohort.submissions[0]
    results = dataclasses.replace(cohort, submissions=(dataclasses.replace(first, score=value),))
    write_results(results, tmp_path / "r.json")
    back = read_results(tmp_path / "r.json").submissions[0].score
    assert repr(back) == repr(value)


def test_a_truncated_file_is_told_in_one_sentence(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for length in (0, 1, 100, len(text) // 2, len(text) - 3):
        file.write_text(text[:length], encoding="utf-8")
        assert_one_sentence(file)


Edit = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (lambda data: data.pop("schema"), "is not a results file"),
        (lambda data: data.update(schema="gradstep/results/v9"), "gradstep/results/v9"),
        (lambda data: data.update(extra=1), "unknown key 'extra'"),
        (lambda data: data.pop("environment"), "lacks 'environment'"),
        (lambda data: data["assignment"].update(max_points="many"), "assignment.max_points must be a number"),
        (lambda data: data["assignment"].update(max_points=True), "assignment.max_points must be a number"),
        (lambda data: data.update(submissions={}), "submissions must be a list"),
        (lambda data: data["submissions"][1].update(id=7), "submissions[1].id must be of type str"),
        (
            lambda data: data["submissions"][0]["algorithms"][3].update(status="fine"),
            "submissions[0].algorithms[3].status is 'fine'; it must be one of pass,",
        ),
        (lambda data: data["submissions"][0].update(algorithms=[None]), "algorithms[0] must be an object"),
        (lambda data: data["submissions"][0]["algorithms"][0].update(message={"id": "x"}), "message lacks 'params'"),
    ],
)
def test_a_file_edited_by_hand_is_told_where(edit: Edit, told: str, file: Path) -> None:
    data = json.loads(file.read_text(encoding="utf-8"))
    edit(data)
    file.write_text(json.dumps(data), encoding="utf-8")
    assert told in assert_one_sentence(file)


@pytest.mark.parametrize("content", [b"[]", b"7", b"null", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_results_file_is_told(content: bytes, file: Path) -> None:
    file.write_bytes(content)
    assert_one_sentence(file)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert "cannot be read" in assert_one_sentence(tmp_path / "none.json")


def test_a_failed_write_leaves_the_old_file(cohort: Results, file: Path) -> None:
    before = file.read_bytes()
    with pytest.raises((TypeError, ValueError)):
        write_results(dataclasses.replace(cohort, schema=object()), file)  # type: ignore[arg-type]
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def assert_one_sentence(path: Path) -> str:
    with pytest.raises(ResultsError) as caught:
        read_results(path)
    told = str(caught.value)
    assert told.startswith(f"{path}: ")
    assert told.endswith(".")
    assert "\n" not in told
    return told


def test_text_that_utf8_cannot_write_loses_no_result(cohort: Results, tmp_path: Path) -> None:
    student = dataclasses.replace(cohort.submissions[0], id="kim \udcff", path="kim \udcff.py")
    write_results(dataclasses.replace(cohort, submissions=(student,)), tmp_path / "results.json")
    assert read_results(tmp_path / "results.json").submissions[0].id == "kim ?"


@pytest.mark.parametrize(
    "value",
    [
        {},
        [],
        "",
        0,
        None,
        True,
        1e22,
        5e-324,
        [[]],
        {"a": {}},
        [{}, [1, -2.5, None, False, 'ä\n"\\']],
        {"ä": [{"b": []}]},
    ],
)
def test_the_text_is_what_json_writes(value: object) -> None:
    assert to_text(value) == json.dumps(value, ensure_ascii=False, indent=1)


def test_what_json_does_not_have_is_not_written() -> None:
    with pytest.raises(TypeError):
        to_text({"a": [object()]})
