"""What is kept from run to run: results are the same with it, without it, and whatever has become of it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.batch import Batch, known, store
from harness.batch.store import NEWEST, VARIABLE, Store, usual_folder
from harness.grading import recorded
from harness.grading.expected import Reference
from harness.results.file import to_text
from harness.runner.forks import ForkServer
from reference import pages
from tests.graded import GRADIENT_DESCENT, MOMENTUM, asked, submission

WRONG = MOMENTUM.replace("lr * grad(w)", "(1 - gamma) * lr * grad(w)")
IDS = ("gradient_descent", "sgd", "momentum", "standardize", "grid_search")
SOURCE = f"{GRADIENT_DESCENT}{WRONG}\ndef standardize(x):\n    return (x - x.mean(0)) / x.std(0)\n"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What each zygote that was started has imported."""
    preloads: list[tuple[str, ...]] = []

    def start(preload: Sequence[str], *more: Any) -> ForkServer:
        preloads.append(tuple(preload))
        return ForkServer(preload, *more)

    monkeypatch.setattr("harness.batch.batch.ForkServer", start)
    return preloads


def graded(folder: Path | None, source: str = SOURCE, *, seed: int = 0, **options: Any) -> str:
    kept = Store(folder) if folder else None
    with Batch(asked(*IDS), seed=seed, jobs=1, store=kept, **options) as batch:
        (result,) = batch.grade([submission("a", source)])
    assert batch.witness_fault is None
    assert batch.devices[0] == "cpu"
    return to_text(result)


def with_torch(preloads: Sequence[Sequence[str]]) -> int:
    return sum("torch" in each for each in preloads)


# -- a hit is a miss --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("own", [False, True], ids=["graded", "checked"])
def test_results_are_the_same_and_torch_is_not_imported_again(
    tmp_path: Path, started: list[tuple[str, ...]], own: bool
) -> None:
    without = graded(None)
    assert graded(tmp_path / "kept", own=own) == without
    assert with_torch(started) == 2
    assert graded(tmp_path / "kept", own=own) == without
    assert with_torch(started) == 2
    kinds = {each.suffix for each in (tmp_path / "kept").iterdir()}
    assert kinds == ({".torch", ".devices", ".slide"} if own else {".torch", ".devices"})


def test_what_was_kept_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, right = tmp_path / "kept", GRADIENT_DESCENT + MOMENTUM
    expected = graded(kept, right, own=True)
    monkeypatch.setattr("harness.grading.expected.Trajectory.__init__", lambda *_: 1 / 0)  # nothing is computed
    assert graded(kept, right, own=True) == expected


def test_where_people_are_graded_what_is_expected_comes_from_no_file(tmp_path: Path) -> None:
    """Whoever wrote the folder would write the marks."""
    kept = tmp_path / "kept"
    graded(kept, own=True)
    folder, page = Store(kept), pages()["momentum"]
    (name,) = (each.name for each in kept.glob("momentum-*.slide"))
    records = folder.load(name)
    averaged = Reference(page, 0)
    (variant,) = (each for each in page.variants if each.id == "velocity_averaged")
    edition = page.edition((variant, 0))
    assert edition is not None
    for at, case in enumerate(averaged.cases):
        for number, _ in enumerate(case.streams):
            averaged.know(at, number, averaged.trajectory(at, number, edition))
    folder.save(name, recorded.record(averaged))
    assert records is not None
    assert '"velocity_averaged"' not in graded(kept, own=True)  # one's own check believes one's own folder
    assert '"velocity_averaged"' in graded(kept)


def test_where_all_is_right_a_check_asks_torch_nothing(tmp_path: Path, started: list[tuple[str, ...]]) -> None:
    graded(tmp_path / "kept", GRADIENT_DESCENT + MOMENTUM, own=True, beside_all=False)
    assert len(started) == 1
    assert with_torch(started) == 0


def test_what_is_told_of_wrong_values_has_torchs_beside_them(started: list[tuple[str, ...]]) -> None:
    told = graded(None, beside_all=False)
    assert with_torch(started) == 1
    assert '"torch": null' not in told


def test_what_names_torch_starts_its_zygote_only(tmp_path: Path, started: list[tuple[str, ...]]) -> None:
    graded(None, f"import torch\n{MOMENTUM}")
    assert [with_torch([each]) for each in started] == [1]


# -- a hidden seed ----------------------------------------------------------------------------------------------------


def test_of_a_hidden_seed_nothing_is_kept_nor_believed(tmp_path: Path, started: list[tuple[str, ...]]) -> None:
    kept = tmp_path / "kept"
    graded(kept, seed=815, own=True)
    assert not kept.exists()
    graded(kept, own=True)
    before = {each: each.read_bytes() for each in kept.iterdir()}
    assert graded(kept, seed=815, own=True) == graded(None, seed=815)
    assert {each: each.read_bytes() for each in kept.iterdir()} == before
    assert with_torch(started) == 4


# -- what becomes of files --------------------------------------------------------------------------------------------


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def _turned(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)


def _longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def _nonsense(path: Path) -> None:
    path.write_bytes(b"\x80\x04}." * 1000)


def _writable(path: Path) -> None:
    path.chmod(0o666)


def _link(path: Path) -> None:
    path.replace(path.with_suffix(".elsewhere"))
    path.symlink_to(path.with_suffix(".elsewhere"))


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


SPOILED = [_empty, _cut, _turned, _longer, _nonsense, _writable, _link, _pipe, _folder]


@pytest.mark.parametrize("spoil", SPOILED)
def test_a_file_that_is_not_as_it_was_written_is_none(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    kept = Store(tmp_path / "kept")
    kept.save("a", {"numbers": np.arange(5.0)})
    assert list(kept.load("a")["numbers"]) == [0, 1, 2, 3, 4]
    spoil(tmp_path / "kept" / "a")
    assert kept.load("a") is None
    kept.save("a", [1])  # it never raises, whatever lies there
    assert kept.load("a") in ([1], None)


def test_spoiled_files_cost_time_and_no_result(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    right = graded(kept, own=True)
    files = sorted(kept.iterdir())
    for at, path in enumerate(files):
        [_empty, _cut, _turned, _nonsense][at % 4](path)
    assert graded(kept, own=True) == right
    assert graded(kept, own=True) == right


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("path", [".", "a"])
def test_what_belongs_to_somebody_else_is_not_read(tmp_path: Path, path: str) -> None:
    kept = Store(tmp_path / "kept")
    kept.save("a", [1])
    os.chown(tmp_path / "kept" / path, 12345, 12345)
    assert kept.load("a") is None


def test_a_file_under_another_name_is_not_taken_for_it(tmp_path: Path) -> None:
    kept = Store(tmp_path)
    kept.save("a", [1])
    (tmp_path / "a").replace(tmp_path / "b")
    assert kept.load("b") is None


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    Store(tmp_path / "kept").save("a", [1])
    modes = [stat.S_IMODE(os.stat(tmp_path / "kept" / each).st_mode) for each in (".", "a")]
    assert modes == [0o700, 0o600]


@pytest.mark.parametrize("place", ["/proc/no-such", "/dev/null/kept"])
def test_where_nothing_can_be_written_nothing_is_kept(place: str) -> None:
    kept = Store(Path(place))
    kept.save("a", [1])
    assert kept.load("a") is None


def test_no_more_than_so_many_are_kept_the_newest_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    kept, foreign = Store(tmp_path), {f"thesis{number}" for number in range(NEWEST)}
    for number in range(NEWEST):
        kept.save(f"old{number}", [number])
        os.utime(tmp_path / f"old{number}", (number, number))
    for name in (*foreign, ".gradstep-cut off"):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (0, 0))
    kept.save("new", [1])
    left = {each.name for each in tmp_path.iterdir()}
    assert left == {"new", *foreign, *(f"old{number}" for number in range(1, NEWEST))}


def test_the_key_stays_is_on_the_disk_and_leaves_nothing_where_it_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[bool] = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda file: (fsync(file), synced.append(stat.S_ISDIR(os.fstat(file).st_mode))))
    key = Store(tmp_path / "a").key()
    assert synced == [False, True]
    assert key is not None
    assert Store(tmp_path / "a").key() == key != Store(tmp_path / "b").key()

    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refused)
    assert Store(tmp_path / "c").key() is None
    assert list((tmp_path / "c").iterdir()) == []


def test_two_processes_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SOURCE)
    command = [sys.executable, "-m", "harness", "check", "a.py", "--json", "--only", ",".join(IDS)]
    environment = {**os.environ, VARIABLE: str(tmp_path / "kept")}
    runs = [
        subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    said = {run.communicate(timeout=300) for run in runs}
    assert len(said) == 1
    assert {err for _, err in said} == {b""}
    assert len(list((tmp_path / "kept").glob("*.torch"))) == len(IDS)


# -- what a name is made of -------------------------------------------------------------------------------------------


def test_another_version_another_page_and_what_is_fixed_have_other_names(monkeypatch: pytest.MonkeyPatch) -> None:
    adam = pages()["adam"]
    names = [known._name(page, "torch") for page in (adam, pages()["nag"], adam.fixing({"eps": 1e-7}))]
    for package in ("numpy", "torch"):
        known._surroundings.cache_clear()
        with monkeypatch.context() as patch:
            patch.setattr(known, "installed", lambda name, other=package: "0" if name == other else "1")
            names.append(known._name(adam, "torch"))
    known._surroundings.cache_clear()
    assert len(set(names)) == len(names)
    assert known._name(adam, "torch") == names[0]


# -- where ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "folder"),
    [
        ({VARIABLE: "/x/y"}, "/x/y"),
        ({VARIABLE: ""}, None),
        ({"XDG_CACHE_HOME": "/x"}, "/x/gradstep"),
        ({"XDG_CACHE_HOME": "x"}, "/home/kim/.cache/gradstep"),
        ({}, "/home/kim/.cache/gradstep"),
    ],
)
def test_the_folder(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], folder: str | None) -> None:
    monkeypatch.setattr(os, "environ", {"HOME": "/home/kim", **variables})
    monkeypatch.setattr(store.sys, "platform", "linux")
    assert usual_folder() == (folder and Path(folder))


def test_without_a_home(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(GRADIENT_DESCENT)
    environment = {name: value for name, value in os.environ.items() if name not in ("HOME", VARIABLE)}
    environment |= {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "harness", "check", "a.py", "--only", "gradient_descent"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "cache" / "gradstep").is_dir()
