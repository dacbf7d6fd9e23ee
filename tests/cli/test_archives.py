"""Archives through the whole chain: each gets its sentence on its page, and none costs another its grade."""

from __future__ import annotations

import html
import json
from pathlib import Path

import jsonschema

from harness.report.messages import ENTRIES
from harness.results import read_results
from tests.cli.conftest import Gradstep
from tests.cli.test_grade import SCHEMA
from tests.graded import MOMENTUM
from tests.intake.test_archive import PACKERS, locked, tar_bomb, zipped


def test_a_folder_with_archives_of_all_kinds_is_graded(gradstep: Gradstep, tmp_path: Path) -> None:
    folder = tmp_path / "submissions"
    folder.mkdir()
    (folder / "choi.py").write_text(MOMENTUM)
    (folder / "kim.zip").write_bytes(zipped({"hw8/optim.py": MOMENTUM, "../../etc/evil.py": "1 / 0"}))
    (folder / "lee.zip").write_bytes(locked())
    (folder / "park.tar.gz").write_bytes(tar_bomb(PACKERS["gz"](), "data.bin", 200 << 20))
    (folder / "yoon.zip").write_text("no archive")
    (folder / "han.zip").write_bytes(zipped({"/optim.py": MOMENTUM}))
    (folder / "notes.txt").write_text("")
    done = gradstep("grade", "submissions", "--only", "momentum")
    assert (done.code, done.err) == (0, "gradstep: no submission, not graded: notes.txt\n")
    out = tmp_path / "reports" / "hw8"
    jsonschema.validate(json.loads((out / "results.json").read_text(encoding="utf-8")), SCHEMA)
    results = {each.id: each for each in read_results(out / "results.json").submissions}
    assert {each.id: each.score for each in results.values()} == {
        "choi": 1, "han": 0, "kim": 1, "lee": 0, "park": 0, "yoon": 0,
    }  # fmt: skip
    errors = {id: each.load_error.message.id for id, each in results.items() if each.load_error}
    assert errors == {
        "lee": "archive_encrypted", "park": "archive_too_large", "yoon": "not_an_archive", "han": "no_python",
    }  # fmt: skip
    assert {id: [note.id for note in each.notes] for id, each in results.items() if each.notes} == {
        "kim": ["archive_names"], "han": ["archive_names"],
    }  # fmt: skip
    pages = {id: html.unescape((out / "s" / f"{id}.html").read_text(encoding="utf-8")) for id in results}
    for id, message in (*errors.items(), ("kim", "archive_names"), ("han", "archive_names")):
        entry = ENTRIES[message]
        assert entry.headline[0].removesuffix(".") in pages[id], "a heading has no full stop"
        assert entry.remedy[0] in pages[id]
    assert "Names: ../../etc/evil.py." in pages["kim"]
    assert "rchive" not in pages["choi"]


def test_one_archive_is_checked(gradstep: Gradstep, tmp_path: Path) -> None:
    (tmp_path / "work.zip").write_bytes(zipped({"hw8/optim.py": MOMENTUM, "hw8/link.tar": b""}))
    done = gradstep("check", "work.zip", "--only", "momentum")
    assert (done.code, done.err) == (0, "")
    assert ENTRIES["archive_unread"].headline[0] in " ".join(done.out.split())
    (tmp_path / "work.zip").write_bytes(locked())
    done = gradstep("check", "work.zip", "--only", "momentum")
    assert (done.code, done.err) == (1, "")
    assert ENTRIES["archive_encrypted"].headline[0] in done.out


def test_what_lies_outside_an_archive_is_told_where_nothing_else_is_in_it(gradstep: Gradstep, tmp_path: Path) -> None:
    (tmp_path / "submissions").mkdir()
    (tmp_path / "submissions" / "kim.zip").write_bytes(zipped({"/optim.py": MOMENTUM}))
    headline = ENTRIES["archive_names"].headline[0]
    checked = gradstep("check", "submissions/kim.zip", "--only", "momentum")
    assert (checked.code, headline in " ".join(checked.out.split())) == (1, True)
    assert gradstep("grade", "submissions", "--only", "momentum").code == 0
    assert headline in (tmp_path / "reports" / "hw8" / "s" / "kim.html").read_text(encoding="utf-8")
