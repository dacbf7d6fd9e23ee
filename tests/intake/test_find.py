"""Whose files are whose: layouts, names, and what is better not read."""

from __future__ import annotations

import os
import socket
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.intake import IntakeError, Submission, find, narrowed, read, unmatched
from harness.intake.find import FILES_LIMIT, SOURCE_LIMIT
from harness.runner.scratch import remove

MODULE: Any = sys.modules["harness.intake.find"]  # whose name in its package is its function's


def lay(root: Path, *files: str, text: str = "x = 1\n") -> Path:
    """Make files of this text, and a folder for each path that ends with a slash."""
    for name in files:
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    return root


def ids(folder: Path) -> list[str]:
    return [each.id for each in find(folder)]


def only(folder: Path) -> Submission:
    (submission,) = find(folder)
    return submission


# -- which entries are submissions ------------------------------------------------------------------------------------


def test_files_and_folders_are_submissions(tmp_path: Path) -> None:
    lay(tmp_path, "kim.py", "lee/adam.py", "park/src/adam.py")
    assert ids(tmp_path) == ["kim", "lee", "park"]


@pytest.mark.parametrize(
    "other",
    ["notes.txt", "kim.pyc", "kim.ipynb", ".kim.py", ".git/a.py", "__pycache__/a.py", "__MACOSX/a.py", "venv/a.py"],
)
def test_everything_else_is_not(tmp_path: Path, other: str) -> None:
    assert ids(lay(tmp_path, other)) == []


def test_what_is_passed_over_is_told(tmp_path: Path) -> None:
    lay(tmp_path, "kim.py", "lee/a.py", "notes.txt", "park.ipynb", ".hidden", "__pycache__/a.pyc")
    (tmp_path / "link.py").symlink_to("kim.py")
    assert unmatched(tmp_path) == ["link.py", "notes.txt", "park.ipynb"]


def test_a_folder_without_python_is_a_submission_that_says_so(tmp_path: Path) -> None:
    lay(tmp_path, "kim/report.pdf", "lee/")
    assert [(each.id, each.problem, each.entries) for each in find(tmp_path)] == [
        ("kim", "no_python", ()),
        ("lee", "no_python", ()),
    ]


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = lay(tmp_path / "elsewhere", "secret.py")
    folder = lay(tmp_path / "submissions", "kim/adam.py")
    (folder / "file.py").symlink_to(secret / "secret.py")
    (folder / "folder").symlink_to(secret)
    (folder / "kim" / "file.py").symlink_to(secret / "secret.py")
    (folder / "kim" / "folder").symlink_to(secret)
    (folder / "kim" / "loop").symlink_to(folder)
    assert [(each.id, [*each.files]) for each in find(folder)] == [("kim", ["adam.py"])]


def test_a_submission_of_links_alone_holds_nothing(tmp_path: Path) -> None:
    folder = lay(tmp_path / "submissions", "kim/")
    (folder / "kim" / "adam.py").symlink_to("/etc/hostname")
    assert only(folder).problem == "no_python"


def test_a_pipe_is_not_read(tmp_path: Path) -> None:
    lay(tmp_path, "kim/adam.py")
    os.mkfifo(tmp_path / "kim" / "pipe.py")
    os.mkfifo(tmp_path / "pipe.py")
    assert {each.id: [*each.files] for each in find(tmp_path)}["kim"] == ["adam.py"]


# -- what is in a submission ------------------------------------------------------------------------------------------


def test_a_submission_holds_its_python_files_in_order(tmp_path: Path) -> None:
    lay(tmp_path, "kim/b.py", "kim/a.py", "kim/sub/c.py", "kim/data.csv", "kim/.git/d.py", "kim/sub/__pycache__/e.py")
    assert [*only(tmp_path).files] == ["a.py", "b.py", "sub/c.py"]


@pytest.mark.parametrize(
    ("files", "entries"),
    [
        (["a.py", "b.py", "sub/c.py"], ("a.py", "b.py")),
        (["__init__.py", "a.py"], ("__init__.py", "a.py")),
        (["__init__.py"], ("__init__.py",)),
        (["pkg/__init__.py", "pkg/a.py"], ("pkg/__init__.py",)),
        (["src/a.py", "src/b.py"], ("src/a.py", "src/b.py")),
        (["a/b/c.py"], ("a/b/c.py",)),
    ],
)
def test_the_modules_to_import(tmp_path: Path, files: list[str], entries: tuple[str, ...]) -> None:
    lay(tmp_path / "kim", *files)
    assert only(tmp_path).entries == entries


def test_contents_are_bytes_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "kim.py").write_bytes(b"\xff\x00\r\n")
    assert only(tmp_path).files == {"kim.py": b"\xff\x00\r\n"}


@pytest.mark.parametrize(
    ("source", "mentions"), [("import torch", True), ("BACKEND = 'torch'", True), ("import numpy", False)]
)
def test_whether_torch_is_mentioned(tmp_path: Path, source: str, mentions: bool) -> None:
    lay(tmp_path, "kim/a.py")
    lay(tmp_path, "kim/b.py", text=source)
    assert only(tmp_path).mentions_torch is mentions


@pytest.mark.parametrize(
    ("source", "mentions"),
    [("torch.autograd.grad(y, x)", True), ("y.backward(dy)", True), ("def batch_norm_backward(dy, cache): ...", False)],
)
def test_whether_autograd_is_mentioned(tmp_path: Path, source: str, mentions: bool) -> None:
    lay(tmp_path, "kim/a.py")
    lay(tmp_path, "kim/b.py", text=source)
    assert only(tmp_path).mentions_autograd is mentions


def test_too_large_together(tmp_path: Path) -> None:
    lay(tmp_path, "kim/a.py", "kim/b.py", text="#" * (SOURCE_LIMIT // 2 + 1))
    assert (only(tmp_path).problem, only(tmp_path).files) == ("too_large", {})


def test_the_limit_itself_is_not_too_large(tmp_path: Path) -> None:
    assert only(lay(tmp_path, "kim.py", text="#" * SOURCE_LIMIT)).problem is None


def test_a_file_of_terabytes_is_not_read_to_the_end(tmp_path: Path) -> None:
    with open(tmp_path / "kim.py", "wb") as file:
        file.truncate(1 << 42)
    assert only(tmp_path).problem == "too_large"


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, "kim.py", "lee.py", "park/a.py", "park/sub/b.py")
    real_open, real_scandir = os.open, os.scandir

    def refuse(real: Callable[..., Any], name: str) -> Callable[..., Any]:
        def refusing(path: Any, *rest: Any) -> Any:
            if Path(path).name == name:
                raise PermissionError(13, "Permission denied")
            return real(path, *rest)

        return refusing

    monkeypatch.setattr(os, "open", refuse(real_open, "kim.py"))  # root may read everything
    monkeypatch.setattr(os, "scandir", refuse(real_scandir, "sub"))
    assert [each.problem for each in find(tmp_path)] == ["not_readable", None, "not_readable"]


def test_a_file_that_is_replaced_after_it_was_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a link to what is nobody's business, or by a pipe, which is never read to its end."""
    lay(tmp_path, "kim/adam.py", "lee/adam.py", "secret.txt")
    real = os.open

    def replace(path: Any, *rest: Any) -> Any:
        if "kim" in str(path):
            os.unlink(path)
            os.symlink(tmp_path / "secret.txt", path)
        if "lee" in str(path):
            os.unlink(path)
            os.mkfifo(path)
        return real(path, *rest)

    monkeypatch.setattr(os, "open", replace)
    assert [(each.problem, each.files) for each in find(tmp_path)] == [("not_readable", {})] * 2


@pytest.mark.parametrize(("times", "problem"), [(1, None), (4, None), (1000, "changing")])
@pytest.mark.parametrize("name", ["kim.py", "kim/adam.py"])
def test_a_file_that_is_written_while_it_is_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, times: int, problem: str | None
) -> None:
    """Half of it is never taken for the whole."""
    lay(tmp_path, name)
    monkeypatch.setattr(MODULE, "READ_PAUSE", 0)
    content, written = MODULE._content, []

    def saved_meanwhile(file: Path, *rest: Any) -> bytes:
        found = content(file, *rest)
        if len(written) < times:
            written.append(found)
            file.write_text(f"# version {len(written)}")
        return found

    monkeypatch.setattr(MODULE, "_content", saved_meanwhile)
    (submission,) = find(tmp_path)
    assert submission.problem == problem
    assert list(submission.files.values()) == ([] if problem else [f"# version {times}".encode()])


def test_a_file_that_is_gone_for_a_moment_is_read_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an editor saves that removes the old one first."""
    lay(tmp_path, "kim/adam.py")
    file = tmp_path / "kim" / "adam.py"
    content = MODULE._content

    def saved_meanwhile(*arguments: Any) -> bytes:
        monkeypatch.setattr(MODULE, "_content", content)
        file.unlink()
        try:
            return content(*arguments)
        finally:
            file.write_text("# saved")

    monkeypatch.setattr(MODULE, "_content", saved_meanwhile)
    assert only(tmp_path).files == {"adam.py": b"# saved"}


def test_folders_in_folders_have_an_end(tmp_path: Path) -> None:
    """More of them than Python can follow, though a path to the last could be written."""
    lay(tmp_path, "kim/adam.py", "lee/adam.py")
    at = os.open(tmp_path / "kim", os.O_RDONLY)
    for _ in range(1500):
        os.mkdir("d", dir_fd=at)
        inner = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = inner
    os.close(at)
    try:
        assert [(each.id, each.problem) for each in find(tmp_path)] == [("kim", "too_many_files"), ("lee", None)]
    finally:
        remove(str(tmp_path / "kim"))  # pytest could not


def test_too_many_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, *(f"kim/{number}.py" for number in range(FILES_LIMIT + 1)))
    lay(tmp_path, *(f"lee/{number}.txt" for number in range(20)), *(f"park/{number}.py" for number in range(10)))
    monkeypatch.setattr(sys.modules[find.__module__], "ENTRIES_LIMIT", FILES_LIMIT + 1)
    assert [each.problem for each in find(tmp_path)] == ["too_many_files", "no_python", None]
    monkeypatch.setattr(sys.modules[find.__module__], "ENTRIES_LIMIT", 15)
    assert [each.problem for each in find(tmp_path)] == ["too_many_files", "too_many_files", None]


def test_sockets_and_devices_are_not_read(tmp_path: Path) -> None:
    lay(tmp_path, "kim/adam.py")
    for path in (tmp_path / "kim" / "socket.py", tmp_path / "lee.py"):
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(path))
    (tmp_path / "kim" / "null.py").symlink_to("/dev/zero")
    assert [(each.id, each.problem, [*each.files]) for each in find(tmp_path)] == [
        ("kim", None, ["adam.py"]),
        ("lee.py", "not_readable", []),
    ]


def test_files_whose_names_become_alike_are_both_kept(tmp_path: Path) -> None:
    for name in (b"\xff.py", b"\xfe.py"):
        (tmp_path / "kim").mkdir(exist_ok=True)
        (tmp_path / "kim" / os.fsdecode(name)).write_text(repr(name))
    assert len(set(only(tmp_path).files.values())) == 2


# -- ids --------------------------------------------------------------------------------------------------------------


def test_ids_are_in_composed_form(tmp_path: Path) -> None:
    lay(tmp_path, unicodedata.normalize("NFD", "김민준.py"), unicodedata.normalize("NFD", "José/a.py"))
    assert sorted(ids(tmp_path)) == sorted(["김민준", "José"])


@pytest.mark.parametrize(
    "name", ["a b", "a\nb", "<b>", "=cmd()", "\x1b[31m", "-rf", "a.b.c", "%s{0}", "con", "index", "🙂", "a" * 200]
)
def test_any_name_is_an_id(tmp_path: Path, name: str) -> None:
    assert ids(lay(tmp_path, f"{name}.py")) == [name]


def test_names_that_are_no_text_become_text(tmp_path: Path) -> None:
    for name in (b"\xff.py", b"\xfe.py"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("")
    submissions = find(tmp_path)
    assert len({each.id for each in submissions}) == 2
    for each in submissions:
        f"{each.id} {each.path} {[*each.files]} {each.sha256}".encode()


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        (["kim.py", "kim/a.py"], ["kim", "kim.py"]),
        (["kim.py", "kim/a.py", "kim.py.py"], ["kim", "kim.py", "kim.py (2)"]),
        (["kim.py/a.py", "kim.py.py"], ["kim.py", "kim.py.py"]),
    ],
)
def test_no_two_submissions_share_an_id(tmp_path: Path, entries: list[str], expected: list[str]) -> None:
    assert sorted(ids(lay(tmp_path, *entries))) == sorted(expected)


def test_composed_and_decomposed_names_side_by_side(tmp_path: Path) -> None:
    lay(tmp_path, *(unicodedata.normalize(form, "José.py") for form in ("NFC", "NFD")))
    if len(list(tmp_path.iterdir())) == 1:
        pytest.skip("this file system takes the two for one name")
    assert len({unicodedata.normalize("NFC", id) for id in ids(tmp_path)}) == 2


def test_equal_contents_have_equal_hashes_wherever_they_lie(tmp_path: Path) -> None:
    for place in ("one", "two"):
        lay(tmp_path / place, "kim/a.py", "kim/sub/b.py")
    assert only(tmp_path / "one").sha256 == only(tmp_path / "two").sha256
    lay(tmp_path / "two", "kim/a.py", text="x = 2\n")
    assert only(tmp_path / "one").sha256 != only(tmp_path / "two").sha256


def test_a_hash_tells_where_a_name_ends() -> None:
    first = Submission("a", "a", {"a": b"1:b"}, ())
    second = Submission("a", "a", {"a1": b":b"}, ())
    assert first.sha256 != second.sha256


# -- what is named on the command line --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [("nowhere", "no such folder"), ("kim.py", "is a file"), ("a" * 300, "cannot be read")],
)
def test_what_is_no_folder(tmp_path: Path, name: str, said: str) -> None:
    lay(tmp_path, "kim.py")
    with pytest.raises(IntakeError, match=said):
        find(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere.py", "no such file"),
        ("notes.txt", "no Python module"),
        ("empty", "holds no .py file"),
        ("a" * 300, "cannot be read"),
    ],
)
def test_what_is_no_submission(tmp_path: Path, name: str, said: str) -> None:
    lay(tmp_path, "notes.txt", "empty/")
    with pytest.raises(IntakeError, match=said):
        read(tmp_path / name)


def test_one_submission_may_be_named_through_a_link_or_a_dot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay(tmp_path, "kim/adam.py")
    (tmp_path / "link").symlink_to("kim")
    monkeypatch.chdir(tmp_path / "kim")
    assert {read(path).id for path in (tmp_path / "kim", tmp_path / "link", Path())} == {"kim"}
    assert read(Path("adam.py")).files == read(tmp_path / "kim").files


def test_an_empty_folder_holds_no_submission(tmp_path: Path) -> None:
    assert find(tmp_path) == []


def test_a_virtual_environment_under_any_name_is_not_entered(tmp_path: Path) -> None:
    lay(tmp_path, "kim/adam.py", "kim/env/pyvenv.cfg", "kim/env/lib/numpy.py")
    assert list(only(tmp_path).files) == ["adam.py"]


def test_a_submission_is_narrowed_to_modules_by_name_wherever_they_lie(tmp_path: Path) -> None:
    files = "run.py", "a1/cs231n/optim.py", "a2/cs231n/layers.py", "a2/cs231n/optim.py", "a2/cs231n/my_optim.py"
    submission = read(lay(tmp_path / "kim", *files))
    found = narrowed(submission, ("optim", "layers"))
    assert found.entries == ("a1/cs231n/optim.py", "a2/cs231n/optim.py", "a2/cs231n/layers.py")
    assert (found.spare, found.files, found.id) == ((), submission.files, "kim")
    assert narrowed(submission, ("cs231n/layers",)).entries == ("a2/cs231n/layers.py",)
    assert narrowed(submission, ("run",)).entries == ("run.py",)
    assert narrowed(submission, ("common/run",)).entries == ("run.py",)  # it may be only what that folder holds


def test_a_submission_without_modules_of_these_names_stays_as_it_is(tmp_path: Path) -> None:
    submission = read(lay(tmp_path / "kim", "optimizers.py", "notes/optim.txt"))
    for modules in ((), ("optim", "layers")):
        assert narrowed(submission, modules) == submission
