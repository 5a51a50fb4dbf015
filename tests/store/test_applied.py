"""Which definitions were in force since a moment, of what has been applied since then."""

from dataclasses import replace
from datetime import datetime, timedelta

from boms_tui.model.definition import Process
from tests.store.house import NOW, House, a_process, a_revision

HOUR = timedelta(hours=1)


def apply(house: House, process: Process, number: int, at: datetime) -> None:
    house.commit(revisions=(replace(a_revision(process, number), applied_at=at),))


def told(house: House, since: datetime) -> list[tuple[str, str, timedelta]]:
    return [(process.id, process.title, at - NOW) for at, process in house.leader.applied_since(since)]


def test_what_was_applied_before_is_told_only_of_what_has_changed_since(house: House) -> None:
    for number in range(4):
        apply(house, a_process("ops/changed", "t", title=f"{number}"), number + 1, NOW + number * HOUR)
    apply(house, a_process("ops/same", "t"), 1, NOW)
    apply(house, a_process("ops/new", "t"), 1, NOW + 5 * HOUR)
    assert told(house, NOW + 1.5 * HOUR) == [
        ("ops/changed", "1", HOUR),
        ("ops/changed", "2", 2 * HOUR),
        ("ops/changed", "3", 3 * HOUR),
        ("ops/new", "Ops/New", 5 * HOUR),
    ]
    assert told(house, NOW + 6 * HOUR) == []
