"""What came from outside is on record: events by date, sightings by run, and what an occurrence has ordered."""

from dataclasses import replace
from datetime import timedelta

import pytest

from boms_tui.model.condition import Dependency, RelativeDate
from boms_tui.model.ids import ProcessId
from boms_tui.model.lease import ConflictError
from boms_tui.model.records import Event, Sighting
from boms_tui.model.states import RunState
from tests.store.house import MARGIN, NOW, TODAY, YESTERDAY, House, a_process, a_revision, a_run

GO = Event("go", TODAY, "", NOW, "meera", "as told by phone")
FOR_ONE = Event("go", TODAY, MARGIN, NOW, "meera")
OLD = Event("go", YESTERDAY, "", NOW, "meera")
SEEN = Sighting(a_run().id, "k" * 64, "in/a.csv", 7, NOW, NOW)


def test_events_are_read_with_the_dates_they_are_for(house: House) -> None:
    house.commit(events=(GO, FOR_ONE, OLD))
    assert set(house.leader.picture({TODAY}).events) == {GO, FOR_ONE}
    assert house.leader.picture().events == ()


def test_the_events_of_an_open_runs_date_are_read_with_it_by_everybody(house: House) -> None:
    house.order(a_run(), "load")
    house.commit(events=(GO, OLD))
    assert house.leader.picture().events == (GO,)
    assert house.reader.picture(a_run().id).events == (GO,)


def test_an_event_is_posted_once_for_its_date_and_receiver(house: House) -> None:
    house.commit(events=(GO,))
    with pytest.raises(ConflictError):
        house.commit(events=(replace(GO, posted_by="ravi"),))


def test_a_sighting_is_of_one_run_and_goes_with_it(house: House) -> None:
    house.order(a_run(), "load")
    house.commit(sightings=(SEEN,))
    changed = replace(SEEN, size=None, changed=None, problem="is not there", version=2)
    house.commit(sightings=(changed,))
    assert house.leader.picture().sightings == (changed,)
    assert house.reader.picture(a_run().id).sightings == (changed,)


def test_the_dates_of_what_occurrences_have_ordered(house: House) -> None:
    house.order(a_run(occurrence="file:in/a.csv"), "load")
    wanted = [(MARGIN, "file:in/a.csv"), *((MARGIN, f"file:{number}") for number in range(450))]
    assert house.leader.dates_ordered(wanted) == {(MARGIN, "file:in/a.csv"): TODAY}
    assert house.leader.dates_ordered([(ProcessId("a/other"), "file:in/a.csv")]) == {}


def test_the_dates_of_what_has_ended_lately(house: House) -> None:
    house.order(a_run(ended_at=NOW), "load")
    some = [MARGIN, *(ProcessId(f"a/{number}") for number in range(450))]
    assert house.leader.dates_ended_since(some, NOW) == {TODAY}
    assert house.leader.dates_ended_since(some, NOW + timedelta(seconds=1)) == set()
    assert house.leader.dates_ended_since([ProcessId("a/other")], NOW) == set()


def test_the_date_of_the_newest_run_that_came_to_something(house: House) -> None:
    house.order(a_run(day=YESTERDAY, ordered_at=NOW), "load")
    house.order(a_run(ordered_at=NOW - timedelta(hours=1)), "load")
    house.order(a_run(number=2, ordered_at=NOW + timedelta(hours=1), state=RunState.MISSED), "load")
    assert house.leader.newest_dates({MARGIN, ProcessId("a/other")}) == {YESTERDAY}


def test_what_a_process_was_and_since_when(house: House) -> None:
    first, second = a_process("a/one"), a_process("a/one", title="Another")
    house.commit(revisions=(a_revision(first),))
    house.commit(revisions=(a_revision(second, 2),))
    assert house.leader.history(first.id) == [(NOW, second), (NOW, first)]


def test_a_look_back_is_read_with_the_newest_run_that_came_to_something(house: House) -> None:
    wait = Dependency(process=ProcessId("a/up"), date=RelativeDate.NEWEST, within=timedelta(hours=1))
    house.define(a_process("a/up", "load"), a_process(MARGIN, "load", after=(wait,)))
    runs = [
        a_run("a/up", day=YESTERDAY, state=RunState.SUCCEEDED, ordered_at=NOW - timedelta(hours=2)),
        a_run("a/up", day=TODAY, state=RunState.CANCELLED, ordered_at=NOW),
        a_run("a/up", day=YESTERDAY - timedelta(days=9), state=RunState.SUCCEEDED, ordered_at=NOW - timedelta(days=9)),
        a_run(),
    ]
    for run in runs:
        house.order(run, "load")
    assert {run.id for run in house.reader.picture(a_run().id).runs} == {runs[0].id, runs[3].id}
