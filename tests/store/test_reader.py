"""What readers are given."""

from datetime import date, timedelta

import pytest

from boms_tui.errors import BomsError
from boms_tui.model.condition import Dependency, RelativeDate
from boms_tui.model.definition import Command, Contact, Lock, Process, Resource, Role, Task
from boms_tui.model.definitions import dump_body
from boms_tui.model.ids import ProcessId, RunId, TaskName
from boms_tui.model.records import Hold, Revision
from boms_tui.model.states import AttemptState, RunState, TaskState
from boms_tui.model.trigger import CronStart, ProcessStart
from boms_tui.model.views import BoardQuery
from tests.store.house import (
    MARGIN,
    NOW,
    TODAY,
    YESTERDAY,
    House,
    a_process,
    a_revision,
    a_run,
    a_task,
    an_attempt,
    an_entry,
    next_version,
)  # fmt: skip

LIMITS = ProcessId("risk/limits")


EVERY = BoardQuery()


def board(house: House, query: BoardQuery = EVERY) -> list[str]:
    return [row.run.id for row in house.reader.board(query)]


def test_the_board_is_ordered_by_date_then_by_time_of_order(house: House) -> None:
    late = a_run(number=2, ordered_at=NOW + timedelta(minutes=1))
    house.commit(runs=(late, a_run(), a_run(LIMITS, YESTERDAY)))
    assert board(house) == [a_run().id, late.id, a_run(LIMITS, YESTERDAY).id]


def test_the_board_counts_tasks_by_state(house: House) -> None:
    house.define(a_process(MARGIN, "load", "compute"))
    first, _, _ = house.order(a_run(), "load", "compute", "tell")
    house.order(a_run(number=2))
    house.commit(tasks=(next_version(first, state=TaskState.RUNNING),))
    row, empty = house.reader.board(BoardQuery())
    assert row.counts == {TaskState.RUNNING: 1, TaskState.WAITING: 2}
    assert (row.title, row.total, empty.total) == (MARGIN.title(), 3, 0)


def test_the_board_is_narrowed(house: House) -> None:
    running = a_run(state=RunState.RUNNING)
    other = a_run(LIMITS, ordered_at=NOW + timedelta(minutes=1))
    old = a_run(LIMITS, YESTERDAY, state=RunState.FAILED)
    house.commit(runs=(running, other, old))
    assert board(house, BoardQuery(dates=frozenset({YESTERDAY}))) == [old.id]
    assert board(house, BoardQuery(states=frozenset({RunState.RUNNING, RunState.FAILED}))) == [running.id, old.id]
    assert board(house, BoardQuery(process=LIMITS)) == [other.id, old.id]
    assert board(house, BoardQuery(runs=frozenset({old.id, running.id}))) == [running.id, old.id]
    assert board(house, BoardQuery(process=LIMITS, runs=frozenset({running.id}))) == []
    assert board(house, BoardQuery(limit=1)) == [running.id]


def test_the_board_reads_many_named_runs(house: House) -> None:
    runs = tuple(a_run(number=number) for number in range(1, 1_101))
    house.commit(runs=runs)
    assert len(house.reader.board(BoardQuery(runs=frozenset(run.id for run in runs)))) == 1_100


def test_changed_runs_are_those_the_journal_speaks_of(house: House) -> None:
    house.order(a_run(), "load")
    seen = house.reader.pulse().sequence
    second, third = a_run(LIMITS), a_run(LIMITS, number=2)
    house.commit(
        journal=(an_entry(f"{second.id}:load.1"), an_entry(third.id), an_entry("settlement/"), an_entry("user:meera"))
    )
    assert house.reader.changed_runs(seen) == {second.id, third.id}
    assert a_run().id in house.reader.changed_runs(0)
    assert house.reader.changed_runs(house.reader.pulse().sequence) == set()


def test_runs_are_found_by_their_ending(house: House) -> None:
    house.commit(runs=(a_run(), a_run(day=YESTERDAY), a_run(LIMITS), a_run(number=2)))
    assert house.reader.find_runs("eod-margin@2026-11-20.1") == [a_run().id]
    assert house.reader.find_runs(".1")[-1] == a_run(day=YESTERDAY).id
    assert house.reader.find_runs("%") == []
    assert house.reader.find_runs("eod_margin@2026-11-20.1") == []


def test_at_most_twenty_runs_are_found(house: House) -> None:
    house.commit(runs=tuple(a_run(number=number * 10 + 1) for number in range(30)))
    assert len(house.reader.find_runs("1")) == 20


def test_a_run_that_was_skipped_as_it_came_is_not_the_latest(house: House) -> None:
    skipped = a_run(number=2, state=RunState.CANCELLED, ended_at=NOW)
    house.commit(runs=(a_run(), skipped))
    assert house.reader.latest_run(MARGIN) == a_run().id
    stopped = a_run(number=3, state=RunState.CANCELLED, ended_at=NOW + timedelta(seconds=1))
    house.commit(runs=(stopped,))
    assert house.reader.latest_run(MARGIN) == stopped.id


def test_the_latest_run_is_of_the_latest_date(house: House) -> None:
    house.commit(runs=(*(a_run(number=number) for number in (1, 2, 10)), a_run(day=YESTERDAY, number=11)))
    assert house.reader.latest_run(MARGIN) == a_run(number=10).id
    assert house.reader.latest_run(MARGIN, YESTERDAY) == a_run(day=YESTERDAY, number=11).id
    assert house.reader.latest_run(MARGIN, date(2026, 1, 1)) is None
    assert house.leader.latest_number(MARGIN, TODAY) == 10
    assert house.leader.latest_number(LIMITS, TODAY) == 0


def test_attempts_are_in_order(house: House) -> None:
    load, check = house.order(a_run(), "load", "check")
    made = (an_attempt(load, 2), an_attempt(load, 1), an_attempt(check))
    house.commit(attempts=made)
    assert house.reader.attempts(load.run) == [made[2], made[1], made[0]]
    assert house.reader.attempts(load.run, load.task) == [made[1], made[0]]


def test_the_journal_is_narrowed_to_what_lies_under_an_object(house: House) -> None:
    run = a_run().id
    objects = [
        run,
        f"{run}:load",
        f"{run}:load.1",
        f"{run}0",
        f"{MARGIN}@2026-11-21.1",
        MARGIN,
        f"{MARGIN}-2",
        "settlement/",
    ]
    house.commit(journal=tuple(an_entry(name) for name in objects))

    def about(name: str) -> list[str]:
        return [row.entry.object for row in house.reader.journal(about=name)]

    assert about(run) == objects[:3]
    assert about(f"{run}:load") == objects[1:3]
    assert about(MARGIN) == objects[:6]
    assert about("settlement/") == objects
    assert [row.sequence for row in house.reader.journal(after=6)] == [7, 8]
    assert [row.sequence for row in house.reader.journal(limit=2)] == [1, 2]


def test_processes_are_listed_with_their_newest_run(house: House) -> None:
    house.define(
        a_process(MARGIN, "load", "compute", start=(CronStart("30 18 * * *"), ProcessStart(LIMITS))), a_process(LIMITS)
    )
    house.define(a_process(LIMITS, "a", "b", "c", title="Risk limits"))
    house.commit(runs=(a_run(number=9), a_run(number=10), a_run(day=YESTERDAY, number=11)))
    limits, margin = house.reader.processes()
    assert (limits.id, limits.title, limits.revision, limits.tasks, limits.last) == (LIMITS, "Risk limits", 2, 3, None)
    assert (margin.starts, margin.owner) == (("30 18 * * *", f"after {LIMITS}"), "operator")
    assert (margin.calendar, margin.timezone) == ("", "UTC")
    assert margin.last == (a_run(number=10).id, RunState.WAITING)


def test_the_catalogue_has_the_newest_of_each_document(house: House) -> None:
    house.define(a_process(MARGIN), a_process(MARGIN, title="Newer"))
    contact, role = Contact("desk", "Desk", hours={"mon-fri": "08:00-20:00"}), Role("settlement", ("operator",))
    documents = (
        ("contact", contact.id, dump_body(contact)),
        ("role", role.id, dump_body(role)),
        ("resource", "slots", dump_body(Resource("slots", 4))),
        ("template", "nightly", "{}"),
    )
    house.commit(revisions=tuple(Revision(kind, name, 1, "", body, "asha", NOW) for kind, name, body in documents))
    catalogue = house.reader.catalogue()
    assert catalogue.processes[MARGIN].title == "Newer"
    assert catalogue.revisions == {MARGIN: 2}
    assert (catalogue.contacts, catalogue.roles) == ({"desk": contact}, {"settlement": role})
    assert catalogue.resources == {"slots": Resource("slots", 4)}
    current = [(revision.kind, revision.id, revision.number) for revision in house.leader.current()]
    assert current == [
        ("contact", "desk", 1),
        ("process", MARGIN, 2),
        ("resource", "slots", 1),
        ("role", "settlement", 1),
        ("template", "nightly", 1),
    ]


def test_a_picture_has_what_the_gates_of_its_run_look_at(house: House) -> None:
    prices, feed, static = ProcessId("reference/prices"), ProcessId("reference/feed"), ProcessId("reference/static")
    margin = a_process(
        MARGIN,
        after=(
            Dependency(process=LIMITS),
            Dependency(process=prices, date=RelativeDate.PREVIOUS, task=TaskName("load")),
            Dependency(process=static, date=date(2026, 1, 2)),
        ),
    )
    house.define(
        margin, a_process(LIMITS), a_process(prices, start=(ProcessStart(feed),)), a_process(feed), a_process(static)
    )
    wanted = (
        a_run(),
        a_run(number=2),
        a_run(LIMITS, state=RunState.SUCCEEDED),
        a_run(LIMITS, number=2),
        a_run(feed, YESTERDAY, state=RunState.RUNNING),
        a_run(static, date(2026, 1, 2), state=RunState.FAILED),
    )
    others = (
        a_run(day=YESTERDAY, state=RunState.SUCCEEDED),
        a_run(LIMITS, YESTERDAY, state=RunState.SUCCEEDED),
        a_run(prices),
        a_run(static),
    )
    tasks = {run.id: a_task(run, "work") for run in wanted + others}
    live = an_attempt(tasks[others[2].id])
    done = an_attempt(tasks[wanted[2].id], state=AttemptState.SUCCEEDED)
    house.commit(
        runs=wanted + others,
        tasks=tuple(tasks.values()),
        attempts=(live, done),
        holds=(
            Hold("h-1", "settlement/", "meera", "", NOW),
            Hold("h-2", MARGIN, "meera", "", NOW, released_at=NOW),
        ),
    )
    picture = house.reader.picture(a_run().id)
    assert {run.id for run in picture.runs} == {run.id for run in wanted}
    assert {task.run for task in picture.tasks} == {run.id for run in wanted}
    assert picture.attempts == (live,)
    assert [hold.id for hold in picture.holds] == ["h-1"]
    assert set(picture.definitions) == {(run.process, 1) for run in wanted}
    assert picture.definitions[MARGIN, 1] == margin


def test_the_holds_that_are_not_over_are_read_whether_they_stand_or_are_planned(house: House) -> None:
    stands, over, planned = (
        Hold("h-1", "settlement/", "meera", "", NOW),
        Hold("h-2", "settlement/", "meera", "", NOW, released_at=NOW),
        Hold(
            "h-3", MARGIN, "ravi", "release 4.2", NOW, until=NOW + timedelta(hours=2), begins=NOW + timedelta(hours=1)
        ),
    )
    house.commit(holds=(stands, over, planned))
    assert sorted(house.reader.holds(), key=lambda hold: hold.id) == [stands, planned]


def test_a_run_that_needs_a_lock_is_seen_with_its_rivals_beside(house: House) -> None:
    """Of other runs only what is open and what is ready: that holds, and waits for, what this one needs."""
    alone = Task(TaskName("load"), Command(("true",)), locks=(Lock("positions"),))
    house.define(Process(MARGIN, {alone.name: alone}), a_process(LIMITS, "load"))
    rival, waits, idle, over = (
        a_run(LIMITS, number=number, state=state)
        for number, state in enumerate((*[RunState.RUNNING] * 3, RunState.SUCCEEDED), 1)
    )
    ready = a_task(waits, "load", TaskState.READY)
    running = a_task(rival, "load", TaskState.RUNNING)
    house.commit(
        runs=(a_run(), rival, waits, idle, over),
        tasks=(a_task(a_run(), "load"), running, ready, a_task(idle, "load"), a_task(over, "load", TaskState.READY)),
        attempts=(an_attempt(running, state=AttemptState.RUNNING),),
    )
    picture = house.reader.picture(a_run().id)
    assert [run.id for run in picture.runs] == [a_run().id]
    assert {run.id for run in picture.beside} == {rival.id, waits.id}
    assert {task.run for task in picture.tasks} == {a_run().id, waits.id}
    assert set(picture.definitions) == {(MARGIN, 1), (LIMITS, 1)}
    assert house.reader.picture(rival.id).beside == ()


def test_there_is_no_picture_of_a_run_that_is_not_there(house: House) -> None:
    with pytest.raises(BomsError, match="there is no run"):
        house.reader.picture(RunId("a/b@2026-11-20.1"))


def test_the_leaders_picture_has_every_open_run_and_the_dates_asked_for(house: House) -> None:
    house.define(a_process(MARGIN))
    ended = a_run(day=YESTERDAY, state=RunState.SUCCEEDED)
    open_run, missed = a_run(day=YESTERDAY, number=2), a_run(day=YESTERDAY, number=3, state=RunState.MISSED)
    unknown = an_attempt(a_task(open_run, "load"), state=AttemptState.UNKNOWN)
    house.commit(
        runs=(ended, open_run, missed),
        tasks=(a_task(ended, "load"), a_task(open_run, "load")),
        attempts=(unknown,),
    )
    picture = house.leader.picture()
    assert ([run.id for run in picture.runs], picture.dates) == ([open_run.id], frozenset())
    assert [task.run for task in picture.tasks] == [open_run.id]
    assert picture.attempts == (unknown,)
    whole = house.leader.picture([YESTERDAY, TODAY])
    assert {run.id for run in whole.runs} == {ended.id, open_run.id, missed.id}
    assert whole.dates == {YESTERDAY, TODAY}
    assert set(whole.definitions) == {(MARGIN, 1)}


def test_a_run_keeps_the_revision_it_was_ordered_with(house: House) -> None:
    house.define(a_process(MARGIN, "old"), a_process(MARGIN, "new"))
    house.commit(runs=(a_run(revision=1),))
    assert list(house.reader.picture(a_run().id).definitions[MARGIN, 1].tasks) == ["old"]


def test_a_definition_is_parsed_once(house: House) -> None:
    house.commit(revisions=(a_revision(a_process(MARGIN)),), runs=(a_run(),))
    first = house.reader.picture(a_run().id).definitions[MARGIN, 1]
    assert house.reader.catalogue().processes[MARGIN] is first
