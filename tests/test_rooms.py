"""The house's rules: which room may import what, and what a process never has in it."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

ROOMS = {
    # the spec stands alone
    "reference": {"numpy"},
    # shares a process with students: it knows numbers and nothing else
    "harness.worker": {"numpy", "torch"},
    "harness.results": set(),
    "harness.intake": {"harness.results"},
    "harness.assignment": {"reference"},
    # reads adapters without running them; what they fix is checked against the pages
    "harness.adapter": {"reference", "harness.assignment"},
    # run beside students' code, from source that is sent there: nothing of the house is in their reach
    "harness.adapters": {"numpy"},
    "harness.starter": {"reference"},
    "harness.versions": set(),
    # the grader's side of a worker's socket speaks the worker's frames; it starts the rest by name
    "harness.runner": {"harness.intake", "harness.worker.wire", "numpy"},
    # scoring needs the assignment's policy on dialects; torch's witness is asked over a socket, as a worker is
    "harness.grading": {"reference", "harness.results", "harness.assignment", "harness.worker.wire", "numpy", "torch"},
    # pages are jinja2's; tables on the terminal are tabulate's and colours there click's
    "harness.report": {"harness.results", "jinja2", "markupsafe", "tabulate", "click"},
    "harness.export": {"harness.results"},
    # the one place where intake, runner and grading meet; it hears the witness over the same frames
    "harness.batch": {
        "harness",  # __version__
        "harness.versions",
        "reference",
        "harness.adapter",
        "harness.assignment",
        "harness.grading",
        "harness.intake",
        "harness.results",
        "harness.runner",
        "harness.worker.wire",
    },
    # everything, except what belongs to students
    "harness.cli": {
        "click",
        "reference",
        "torch",
        "harness",  # __version__
        "harness.versions",
        "harness.adapter",
        "harness.assignment",
        "harness.batch",
        "harness.export",
        "harness.grading",
        "harness.intake",
        "harness.report",
        "harness.results",
        "harness.runner",
        "harness.starter",
    },
    "harness.__main__": {"harness.cli"},
    "harness": set(),
}
"""What a room may import beside the standard library and itself."""

MODULES = sorted([*ROOT.glob("harness/**/*.py"), *ROOT.glob("reference/**/*.py")])


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The longest name in the table that ``module`` lies under."""
    return max((room for room in ROOMS if within(module, room)), key=len)


def within(module: str, room: str) -> bool:
    return module == room or (room != "harness" and module.startswith(f"{room}."))


def imports(file: Path) -> Iterator[str]:
    """Every module a file imports, by statement anywhere in it or by ``import_module`` of a literal."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                for each in names:
                    inner = ROOT.joinpath(*module.split("."), each.name)
                    yield f"{module}.{each.name}" if inner.with_suffix(".py").exists() or inner.is_dir() else module
            case ast.ImportFrom(level=level) if level:
                raise AssertionError(f"{file}:{node.lineno}: a relative import hides which room it leads to")
            case ast.Call(
                func=ast.Attribute(attr="import_module") | ast.Name(id="import_module"),
                args=[ast.Constant(value=str(module)), *_],
            ):
                yield module


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_no_arrow_runs_the_wrong_way(file: Path) -> None:
    room = room_of(name_of(file))
    allowed = ROOMS[room] | {room}
    foreign = {each for each in imports(file) if each.partition(".")[0] not in sys.stdlib_module_names}
    assert {each for each in foreign if not any(within(each, other) for other in allowed)} == set()


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_nothing_is_unpickled(file: Path) -> None:
    unsafe = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
    assert not {each.partition(".")[0] for each in imports(file)} & unsafe


def test_every_room_of_the_table_exists() -> None:
    """Rooms that are not built yet do not stand in it, and a renamed one does not keep its old rights."""
    assert {room_of(name_of(file)) for file in MODULES} == set(ROOMS)


def modules_after(code: str) -> set[str]:
    """The modules that a fresh interpreter has imported after ``code``."""
    tell = "import sys as _sys; _sys.__stdout__.write('\\n' + ' '.join(_sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", f"try:\n    {code}\nexcept SystemExit: pass\n{tell}"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "code",
    [
        "import harness.cli",
        "from harness.cli import main; main(['list'])",
        "from harness.cli import main; main(['list', '--json'])",
        "from harness.cli import main; main(['--help'])",
        "from harness.cli import main; main(['grade', '--help'])",
        "from harness.cli import main; main(['grdae'])",
        "from harness.cli import main; main(['grade', 'no such folder'])",
        "from harness.cli import main; main(['check', 'no-such.py'])",
        "from harness.cli import main; main(['check', '.', '--only', 'adma'])",
        "from harness.cli import main; main(['check', '.', '--adapter', 'cs231'])",
        "from harness.cli import main; main(['report', 'no-such.json'])",
        "from harness.cli import main; main(['compare', 'no-such.json', 'no-such.json'])",
        "from harness.cli import main; main(['explain', 'adma'])",
        "from harness.cli import main; main(['explain', 'adam'])",
        "from harness.cli import main; main(['init', '--help'])",
        "from harness.cli import main; main(['init', 'reports'])",
        "from harness.cli import main; main(['init', '.', '--only', 'adma'])",
    ],
)
def test_what_grades_nothing_imports_nothing_heavy(code: str) -> None:
    assert not modules_after(code) & {"numpy", "torch"}


def test_the_grader_has_neither_torch_nor_the_students_module_in_its_process(tmp_path: Path) -> None:
    (tmp_path / "marked_student.py").write_text("import torch\nBACKEND = 'torch'\ndef adam(w, grad): yield w\n")
    modules = modules_after(f"from harness.cli import main; main(['check', {str(tmp_path)!r}, '--only', 'adam'])")
    assert "harness.grading.judge" in modules
    assert not modules & {"torch", "marked_student", "harness.worker.load", "harness.worker.student"}


def test_the_zygote_has_neither_the_reference_nor_the_grader_in_its_process() -> None:
    from harness.runner.worker import PRELOAD

    modules = modules_after(f"import harness.worker.zygote, {', '.join(PRELOAD)}")
    ours = {each for each in modules if each.partition(".")[0] in ("harness", "reference")}
    assert all(within(each, "harness.worker") or each == "harness" for each in ours)
