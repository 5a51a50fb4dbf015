"""The feed: what it asks, when it asks it, and that nothing ends it."""

from threading import Event

import pytest
from textual.message import Message

from boms_tui.model.ids import AttemptId, RunId
from boms_tui.model.views import Board, Progress
from boms_tui.screens.background import Done, in_background
from boms_tui.screens.feed import Feed
from boms_tui.screens.messages import Beat, Interest, Printed, Progressed, Refused, Shown, Silence, View
from tests.screens.fake import FakeGateway

VAR = RunId("risk/var@2026-11-20.1")


class Posted(list[Message]):
    """What was posted since the last look."""

    def taken(self) -> list[Message]:
        taken, self[:] = list(self), []
        return taken


@pytest.fixture
def posted() -> Posted:
    return Posted()


def feed_on(gateway: FakeGateway, posted: Posted, view: View = View.BOARD, key: str = "") -> Feed:
    feed = Feed(gateway, posted.append)
    feed.watch(Interest(view, key))
    return feed


def test_it_reads_the_board_once_and_then_only_what_changed(posted: Posted) -> None:
    gateway = FakeGateway()
    feed = feed_on(gateway, posted)
    feed.poll()
    assert [type(message) for message in posted.taken()] == [Shown, Beat]
    feed.poll()
    assert [type(message) for message in posted.taken()] == [Beat]
    assert gateway.asked["board"] == 1
    gateway.change_run(VAR, reason="changed")
    feed.poll()
    shown = posted.taken()[0]
    assert isinstance(shown, Shown)
    assert isinstance(shown.data, Board)
    assert {row.run.reason for row in shown.data.rows if row.run.id == VAR} == {"changed"}
    assert len(shown.data.rows) == len(gateway.runs)
    assert gateway.asked["changed_runs"] == 1


def test_it_asks_only_what_is_looked_at(posted: Posted) -> None:
    gateway = FakeGateway()
    feed = feed_on(gateway, posted, View.RUN, VAR)
    feed.poll()
    feed.watch(Interest(View.CONTACTS))
    feed.poll()
    assert {name for name in gateway.asked if gateway.asked[name]} == {"pulse", "run", "progress", "contacts"}


def test_the_followed_output_is_posted_when_it_grows(posted: Posted) -> None:
    gateway, ref = FakeGateway(), f"{VAR}:reprice-fo"
    attempt = AttemptId(f"{ref}.1")
    feed = Feed(gateway, posted.append)
    feed.watch(Interest(View.TASK, ref, attempt))
    feed.poll()
    feed.poll()
    assert sum(isinstance(message, Printed) for message in posted.taken()) == 1
    gateway.outputs[attempt] = b"more"
    feed.poll()
    assert sum(isinstance(message, Printed) for message in posted.taken()) == 1
    feed.watch(Interest(View.TASK, ref, attempt, follow=False))
    gateway.outputs[attempt] = b"more and more"
    feed.poll()
    assert not any(isinstance(message, Printed) for message in posted.taken())


def test_an_output_is_posted_again_to_a_screen_that_is_opened_again(posted: Posted) -> None:
    gateway, ref = FakeGateway(), f"{VAR}:reprice-fo"
    feed = Feed(gateway, posted.append)
    for _ in range(2):
        feed.watch(Interest(View.RUN, VAR))
        feed.watch(Interest(View.TASK, ref, AttemptId(f"{ref}.1")))
        feed.poll()
        assert [type(message) for message in posted.taken()] == [Shown, Printed, Beat]


def test_those_that_run_are_asked_what_they_say_every_second_look_and_only_news_is_posted(posted: Posted) -> None:
    gateway = FakeGateway()
    attempt = gateway.attempts[f"{VAR}:reprice-fo"][-1].id
    feed = feed_on(gateway, posted, View.RUN, VAR)
    for _ in range(4):
        feed.poll()
    assert gateway.asked["progress"] == 2
    assert not any(isinstance(message, Progressed) for message in posted.taken())
    gateway.said[attempt] = Progress(42, "book 7", gateway.now)
    for _ in range(4):
        feed.poll()
    assert gateway.asked["progress"] == 4
    assert gateway.asked["run"] == 1
    heard = [message for message in posted.taken() if isinstance(message, Progressed)]
    assert [message.progress for message in heard] == [gateway.said]


@pytest.mark.parametrize(
    ("view", "key", "asks"),
    [
        (View.TASK, f"{VAR}:reprice-fo", 1),
        (View.TASK, f"{VAR}:scenarios", 0),
        (View.RUN, "compliance/exchange-files@2026-11-20.1", 0),
        (View.BOARD, "", 0),
    ],
)
def test_nothing_is_asked_of_what_does_not_run(posted: Posted, view: View, key: str, asks: int) -> None:
    gateway = FakeGateway()
    feed_on(gateway, posted, view, key).poll()
    assert gateway.asked["progress"] == asks


def test_a_lost_store_is_told_and_what_was_missed_is_read_afterwards(posted: Posted) -> None:
    gateway = FakeGateway()
    feed = feed_on(gateway, posted)
    gateway.lost = True
    feed.poll()
    assert [type(message) for message in posted.taken()] == [Silence]
    gateway.lost = False
    feed.poll()
    assert [type(message) for message in posted.taken()] == [Shown, Beat]


def test_nothing_that_a_driver_raises_ends_it(posted: Posted) -> None:
    gateway = FakeGateway(broken=OSError("disk I/O error"))
    feed = feed_on(gateway, posted)
    feed.poll()
    silence = posted.taken()[0]
    assert isinstance(silence, Silence)
    assert silence.title == "OSError: disk I/O error"


def test_what_cannot_be_shown_is_said_and_the_beat_goes_on(posted: Posted) -> None:
    feed = feed_on(FakeGateway(), posted, View.RUN, "no/such@2026-11-20.1")
    feed.poll()
    assert [type(message) for message in posted.taken()] == [Refused, Beat]


def test_it_stops_when_the_console_has_gone() -> None:
    gone = Event()

    def post(_: Message) -> None:
        gone.set()
        raise RuntimeError("Event loop is closed")

    feed = Feed(FakeGateway(), post, interval=0.01)
    feed.start()
    assert gone.wait(5)
    feed._thread.join(5)
    assert not feed._thread.is_alive()


def test_it_wakes_when_something_else_is_looked_at() -> None:
    gateway, shown = FakeGateway(), Event()
    feed = Feed(gateway, lambda message: shown.set() if isinstance(message, Shown) else None, interval=60)
    feed.start()
    feed.watch(Interest(View.USERS))
    assert shown.wait(5)
    feed.stop()


def test_messages_of_one_kind_replace_each_other() -> None:
    beat = Beat(FakeGateway().pulse(), 1.0)
    assert beat.can_replace(Beat(FakeGateway().pulse(), 2.0))
    assert not beat.can_replace(Silence("a", "b"))
    shown = Shown(View.RUN, "a", None, beat)
    assert shown.can_replace(Shown(View.RUN, "a", None, beat))
    assert not shown.can_replace(Shown(View.RUN, "b", None, beat))


def test_a_call_in_the_background_always_comes_back() -> None:
    answers: list[Message] = []
    back = Event()

    def post(message: Message) -> None:
        answers.append(message)
        back.set()

    def fail() -> object:
        raise ValueError("no such thing")

    in_background("try", fail, post)
    assert back.wait(5)
    answer = answers[0]
    assert isinstance(answer, Done)
    assert answer.error is not None
    assert answer.error.title == "ValueError: no such thing"
