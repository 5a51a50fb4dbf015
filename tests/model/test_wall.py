"""Times as the clock on the wall of a zone shows them."""

from datetime import UTC, datetime

import pytest

from boms_tui.model.wall import wall_time

NOW = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "at", "shown"),
    [
        ("UTC", datetime(2026, 11, 20, 21, 30, tzinfo=UTC), "21:30 UTC"),
        ("Asia/Kolkata", datetime(2026, 11, 20, 16, 0, tzinfo=UTC), "21:30 IST"),
        ("Asia/Kolkata", datetime(2026, 11, 20, 18, 30, tzinfo=UTC), "2026-11-21 00:00 IST"),
        ("America/Sao_Paulo", datetime(2026, 11, 20, 16, 0, tzinfo=UTC), "13:00 -03"),
        ("Asia/Kathmandu", datetime(2026, 11, 19, 18, 14, tzinfo=UTC), "2026-11-19 23:59 +0545"),
    ],
)
def test_a_time_has_its_zone_and_its_date_unless_that_is_today(zone: str, at: datetime, shown: str) -> None:
    assert wall_time(at, zone, NOW) == shown


def test_seconds_are_shown_where_they_matter() -> None:
    assert wall_time(NOW, "Asia/Kolkata", NOW, seconds=True) == "18:30:00 IST"
