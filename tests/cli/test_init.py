"""``gradstep init``: what the starter offers, and what ``gradstep check`` makes of it as it is."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from harness import starter
from reference import pages
from tests.cli.conftest import Gradstep
from tests.reference.contract import CONTRACT

BACKENDS = ("numpy", "torch")


def definitions(folder: Path) -> dict[str, ast.FunctionDef | ast.ClassDef]:
    """What the modules of a folder define, by its name without case and underscores."""
    bodies = [ast.parse(file.read_bytes()).body for file in folder.iterdir()]
    found = [node for body in bodies for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert len({plain(node.name) for node in found}) == len(found)
    return {plain(node.name): node for node in found}


def plain(name: str) -> str:
    return name.replace("_", "").lower()


def parameters(source: str) -> str:
    """The parameters of a signature as Python writes them, so that 1e-8 is 1e-08."""
    (function,) = ast.parse(f"def f{source}: ...").body
    assert isinstance(function, ast.FunctionDef)
    return ast.unparse(function.args)


# -- what it offers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_algorithm_stands_in_a_module_of_its_topic(gradstep: Gradstep, tmp_path: Path, backend: str) -> None:
    done = gradstep("init", "hw8", "--backend", backend)
    assert (done.code, done.err) == (0, "")
    written = definitions(tmp_path / "hw8")
    assert written.keys() == {plain(id) for id in pages()}
    assert {ast.get_docstring(node) is not None for node in written.values()} == {True}
    topics = list(dict.fromkeys(page.topic for page in pages().values()))
    files = [line.split("  ")[0] for line in done.out.split("\n\n")[0].splitlines()]
    assert [ast.parse((tmp_path / file).read_bytes()).body[0].value.value.split(",")[0] for file in files] == topics


@pytest.mark.parametrize("id", pages())
def test_a_signature_is_the_contracts(id: str) -> None:
    page = pages()[id]
    (module,) = starter.modules([page], "numpy")
    (node,) = (each for each in ast.parse(module.text).body if isinstance(each, ast.FunctionDef | ast.ClassDef))
    if isinstance(node, ast.FunctionDef):
        assert ast.unparse(node.args) == parameters(CONTRACT[id].call)
        return
    making, running = (each for each in node.body if isinstance(each, ast.FunctionDef))
    made = CONTRACT[id].call.partition("(")[2].partition(")")[0].rpartition("*, ")[2]
    assert (making.name, ast.unparse(making.args)) == ("__init__", parameters(f"(self, {made})"))
    runs = {"step": "self, w, grad", "epoch": "self, w, grad, order", "__call__": "self, x, training"}
    assert ast.unparse(running.args) == runs[running.name]


@pytest.mark.parametrize("id", pages())
def test_the_slides_lines_stand_above_the_code(id: str) -> None:
    (module,) = starter.modules([pages()[id]], "numpy")
    said = " ".join(module.text.split())
    assert [line for line in pages()[id].steps.values() if line not in said] == []


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_modules_are_clean(gradstep: Gradstep, tmp_path: Path, backend: str) -> None:
    gradstep("init", "hw8", "--backend", backend)
    for order in (["check", "--select", "B,E,F,I,UP,W"], ["format", "--check"]):
        command = [sys.executable, "-m", "ruff", *order, "--isolated", "--no-cache", "--line-length", "120", tmp_path]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_only_what_is_asked_for_is_written(gradstep: Gradstep, tmp_path: Path) -> None:
    gradstep("init", "hw8", "--only", "Adam,ROTATE90")
    assert definitions(tmp_path / "hw8").keys() == {"adam", "rotate90"}
    assert [file.name for file in sorted((tmp_path / "hw8").iterdir())] == ["image_augmentation.py", "optimizers.py"]


# -- what check makes of it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_starter_is_not_started_and_no_error(gradstep: Gradstep, backend: str) -> None:
    gradstep("init", "hw8", "--backend", backend)
    done = gradstep("check", "hw8")
    assert (done.code, done.err) == (1, "")
    paragraphs = [" ".join(each.split()) for each in done.out.split("\n\n")]
    assert paragraphs[1] == f"Not started: {', '.join(pages())}."
    assert not [word for word in ("error", "Traceback", "Not found", "Not written") if word in done.out]
    result = json.loads(gradstep("check", "hw8", "--json").out)
    assert {each["message"]["id"] for each in result["algorithms"]} == {"not_started"}
    assert result["score"] == 0


def test_one_written_is_checked_beside_the_others(gradstep: Gradstep, tmp_path: Path) -> None:
    gradstep("init", "hw8", "--only", "momentum,gradient_descent")
    module = tmp_path / "hw8" / "optimizers.py"
    module.write_text(module.read_text().replace("raise NotImplementedError", "return w - self.lr * grad(w)", 1))
    done = gradstep("check", "hw8", "--only", "momentum,gradient_descent")
    assert done.code == 1, "what is asked for is to be there"
    assert "✓   gradient_descent  right" in done.out
    assert "\n\nNot started: momentum.\n\n" in done.out
    assert "Not started: momentum.\n\nNot found: " in gradstep("check", "hw8").out
    assert gradstep("check", "hw8").code == 0


# -- what it leaves alone ---------------------------------------------------------------------------------------------


def test_nothing_is_written_over(gradstep: Gradstep, tmp_path: Path) -> None:
    gradstep("init", "hw8", "--only", "adam")
    mine = tmp_path / "hw8" / "optimizers.py"
    mine.write_text("# a night's work\n")
    sentence = gradstep("init", "hw8").sentence
    assert sentence == "gradstep: hw8: holds optimizers.py already; nothing was written. Choose another folder."
    assert gradstep("init", "hw8").code == 2
    assert mine.read_text() == "# a night's work\n"
    assert [file.name for file in (tmp_path / "hw8").iterdir()] == ["optimizers.py"]


def test_what_else_a_folder_holds_is_in_nobodys_way(gradstep: Gradstep, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert gradstep("init", ".", "--only", "adam").code == 0
    assert {file.name for file in tmp_path.iterdir()} == {"notes.txt", "optimizers.py"}


def test_a_link_that_leads_nowhere_is_not_followed(gradstep: Gradstep, tmp_path: Path) -> None:
    (tmp_path / "optimizers.py").symlink_to("elsewhere.py")
    assert "holds optimizers.py already" in gradstep("init", ".", "--only", "adam").sentence
    assert not (tmp_path / "elsewhere.py").exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ("mine.txt", "mine.txt: cannot be written to (File exists); choose another folder."),
        ("mine.txt/hw8", "mine.txt/hw8: cannot be written to (Not a directory); choose another folder."),
        ("hw8 --only adma", "'adma' is no algorithm of lecture08; did you mean 'adam'?"),
        ("hw8 --lecture lecture9", "'lecture9' is no lecture; did you mean 'lecture08'?"),
    ],
)
def test_a_slip_is_one_sentence(gradstep: Gradstep, tmp_path: Path, arguments: str, sentence: str) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = gradstep("init", *arguments.split())
    assert (done.code, done.sentence) == (2, f"gradstep: {sentence}")
    assert [file.name for file in tmp_path.iterdir()] == ["mine.txt"]
    assert (tmp_path / "mine.txt").read_text() == "mine"
