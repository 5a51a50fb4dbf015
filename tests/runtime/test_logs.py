"""The log's lines: whatever the particulars are, the event is told."""

import json
from pathlib import Path

import pytest

from boms_tui.runtime import logs


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("handlers", "level", "propagate"):
        monkeypatch.setattr(logs.LOG, name, getattr(logs.LOG, name))


def test_particulars_that_json_does_not_know_are_told_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    logs.warn("it broke", why=OSError(5, "Input/output error"), file=Path("/x"), count=3)
    told = json.loads(capsys.readouterr().err)
    assert told.pop("at").endswith("Z")
    assert told == {
        "level": "warning", "message": "it broke", "why": "[Errno 5] Input/output error", "file": "/x", "count": 3
    }  # fmt: skip


def test_a_line_of_text_cannot_break_out_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("text")
    logs.warn("it broke", why=ValueError("two\nlines"))
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("warning it broke why=two\\nlines")
