"""Readers see whole moments while the leader writes."""

import threading

from boms_tui.model.journal import first_broken
from boms_tui.model.records import Run, TaskRun
from boms_tui.model.states import TaskState
from boms_tui.model.views import BoardQuery
from tests import stores
from tests.store.house import House, a_request, a_run, an_entry, next_version

ROUNDS, TASKS = 30, 12
TURNS = (TaskState.READY, TaskState.WAITING)


def test_readers_never_see_half_a_decision(house: House) -> None:
    run = a_run()
    tasks = house.order(run, *(f"task-{number:02}" for number in range(TASKS)))
    done = threading.Event()
    seen: list[int] = []
    wrong: list[str] = []

    def look() -> None:
        while not done.wait(0.001):
            picture = house.reader.picture(run.id)
            versions = {task.version for task in picture.tasks} | {found.version for found in picture.runs}
            (row,) = house.reader.board(BoardQuery())
            rows = house.reader.journal()
            seen.append(max(versions))
            if len(versions) != 1 or len(picture.tasks) != TASKS:
                wrong.append(f"picture of versions {versions}")
            if len(row.counts) != 1 or row.total != TASKS:
                wrong.append(f"board of {row.counts}")
            if first_broken(rows, stores.DEPLOYMENT):
                wrong.append("journal")

    readers = [threading.Thread(target=look) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        _write(house, run, tasks)
    finally:
        done.set()
        for reader in readers:
            reader.join(60)
    assert wrong == []
    assert seen
    assert house.reader.picture(run.id).runs[0].version == ROUNDS + 1


def _write(house: House, run: Run, tasks: tuple[TaskRun, ...]) -> None:
    for turn in range(ROUNDS):
        run = next_version(run)
        tasks = tuple(next_version(task, state=TURNS[turn % 2]) for task in tasks)
        house.commit(runs=(run,), tasks=tasks, journal=tuple(an_entry(task.ref) for task in tasks))


def test_requests_from_many_threads_all_arrive(house: House) -> None:
    def send(session: str) -> None:
        for number in range(10):
            house.inbox.submit(a_request(f"{session}-{number}", session=session, sequence=number))

    senders = [threading.Thread(target=send, args=(f"s{number}",)) for number in range(4)]
    for sender in senders:
        sender.start()
    for number in range(10):
        house.commit(journal=(an_entry(f"meanwhile-{number}"),))
    for sender in senders:
        sender.join(60)
    waiting = [request.id for request in house.leader.pending(100)]
    assert len(waiting) == 40
    for session in ("s0", "s1", "s2", "s3"):
        mine = [name for name in waiting if name.startswith(session)]
        assert mine == sorted(mine)
