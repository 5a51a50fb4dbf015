"""Times as operators type them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from boms_tui import clock
from boms_tui.commands.context import Context
from boms_tui.commands.out import Out
from boms_tui.commands.times import instant
from boms_tui.errors import UsageError

NOW = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)


@pytest.fixture
def context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    """In a home in India, at 22:00."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    (tmp_path / "boms.toml").write_text('timezone = "Asia/Kolkata"', encoding="utf-8")
    return Context(Out(), home=str(tmp_path))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("22:30", "2026-11-20T17:00:00+00:00"),
        ("22:00", "2026-11-21T16:30:00+00:00"),
        ("6:00", "2026-11-21T00:30:00+00:00"),
        ("2026-11-22T06:00", "2026-11-22T00:30:00+00:00"),
        ("2026-11-22T06:00Z", "2026-11-22T06:00:00+00:00"),
    ],
)
def test_times_are_those_of_the_home(context: Context, text: str, expected: str) -> None:
    assert instant(context, text) == expected


@pytest.mark.parametrize("text", ["", "25:00", "soon", "22.30", "99:99"])
def test_what_is_no_time_is_refused(context: Context, text: str) -> None:
    with pytest.raises(UsageError, match="not a time"):
        instant(context, text)
