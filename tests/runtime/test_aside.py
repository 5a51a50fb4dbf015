"""Work beside the loop: its result comes back in the loop's thread, and an error is not lost."""

import threading
from collections.abc import Iterator

import pytest

from boms_tui.runtime.machine.aside import Aside, within
from boms_tui.runtime.machine.events import Events


@pytest.fixture
def events() -> Iterator[Events]:
    events = Events()
    yield events
    events.close()


def test_a_result_is_told_in_the_thread_that_waits(events: Events) -> None:
    aside = Aside(events)
    told: list[tuple[int, int]] = []
    aside.do(threading.get_ident, lambda worker: told.append((worker, threading.get_ident())))
    while not told:
        events.wait(10)
    ((worker, teller),) = told
    assert worker != teller == threading.get_ident()
    aside.close()


def test_what_the_work_raises_is_raised_where_it_is_waited_for(events: Events) -> None:
    def broken() -> None:
        raise LookupError("a defect")

    aside = Aside(events)
    aside.do(broken, lambda _: None)
    with pytest.raises(LookupError, match="a defect"):
        events.wait(10)
    aside.close()


def test_nothing_is_told_after_the_end_and_nobody_waits_for_it(events: Events) -> None:
    go_on, done = threading.Event(), threading.Event()
    told: list[None] = []

    def work() -> None:
        go_on.wait(30)
        done.set()

    aside = Aside(events)
    aside.do(work, told.append)
    aside.close()
    go_on.set()
    assert done.wait(30)
    events.wait(0.05)
    assert told == []


def test_work_is_given_up_and_its_error_comes_through() -> None:
    never = threading.Event()
    assert within(30, lambda: 7) == 7
    with pytest.raises(TimeoutError):
        within(0.05, lambda: never.wait(30))
    never.set()
    with pytest.raises(FileNotFoundError):
        within(30, lambda: open("/no/such/file"))  # noqa: PTH123, SIM115
