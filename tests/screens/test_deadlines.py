"""Deadlines on the screens: what is late says so in words, and what is to come says when."""

from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from textual.message import Message

from boms_tui.model.definition import Deadlines
from boms_tui.model.ids import ProcessId, RunId
from boms_tui.model.records import Late, Run
from boms_tui.model.states import RunState
from boms_tui.model.views import Board, BoardQuery, BoardRow, Overdue, RunView
from boms_tui.screens.feed import OVERDUE_EVERY, Feed
from boms_tui.screens.filter import parse
from boms_tui.screens.messages import Interest, Shown, View
from boms_tui.screens.rows.board import Grouping, board_lines, chips, columns
from boms_tui.screens.rows.deadlines import MOST, deadline_lines, late_mark, overdue_lines
from boms_tui.screens.rows.preview import preview_lines
from boms_tui.screens.when import Moment
from tests.screens.fake import FakeGateway
from tests.screens.night import DAY, NOW
from tests.screens.scenes import MARGIN, let_be_late
from tests.screens.stage import stage

VAR = RunId("risk/var@2026-11-20.1")
MINUTE = timedelta(minutes=1)


def moment(width: int = 80) -> Moment:
    return Moment(NOW, ZoneInfo("Asia/Kolkata"), width)


def view(deadlines: Deadlines, **changes: object) -> RunView:
    """The run of `risk/var`, which started at 21:33 and is seen at 22:14."""
    seen = FakeGateway().run(VAR)
    run = replace(seen.run, **changes)  # type: ignore[arg-type]
    return replace(seen, run=run, definition=replace(seen.definition, deadlines=deadlines))


def said(deadlines: Deadlines, **changes: object) -> list[str]:
    return [line.text for line in deadline_lines(view(deadlines, **changes), moment())]


def row(**changes: object) -> BoardRow:
    found = next(one for one in FakeGateway().board(BoardQuery()) if one.run.id == VAR)
    return replace(found, run=replace(found.run, **changes))  # type: ignore[arg-type]


def overdue(name: str, minutes: int = 14) -> Overdue:
    return Overdue(ProcessId(name), DAY, Late.START_BY, NOW - minutes * MINUTE, name.title())


@pytest.mark.parametrize(
    ("late", "state", "expected"),
    [
        ((), RunState.RUNNING, ("", "dim")),
        (("at-risk",), RunState.RUNNING, ("at risk", "warn")),
        (("start-by", "at-risk"), RunState.RUNNING, ("LATE", "bad")),
        (("finish-by",), RunState.STALLED, ("LATE", "bad")),
        (("finish-by",), RunState.SUCCEEDED, ("late", "dim")),
    ],
)
def test_a_run_says_how_late_it_is(late: tuple[str, ...], state: RunState, expected: tuple[str, str]) -> None:
    run: Run = replace(row().run, late=late, state=state)
    assert tuple(late_mark(run)) == expected


def test_a_run_shows_its_deadlines_with_what_is_left() -> None:
    assert said(Deadlines()) == []
    assert said(Deadlines(finish_by=time(22, 30))) == [" finish by 22:30: in 15 min"]
    assert said(Deadlines(finish_by=time(23, 30))) == [" finish by 23:30: in 1h15m"]
    assert said(Deadlines(max_duration=timedelta(hours=1))) == [" may take until 22:33: in 19 min"]


def test_a_margin_is_counted_from_the_expected_end() -> None:
    end = NOW + 10 * MINUTE
    assert said(Deadlines(), expected_end=end) == [" ends ~22:24"]
    assert said(Deadlines(finish_by=time(22, 30)), expected_end=end) == [
        " ends ~22:24; finish by 22:30: 5 min to spare"
    ]
    assert said(Deadlines(finish_by=time(22, 20)), expected_end=end, late=("at-risk",)) == [
        " at risk: ends ~22:24; finish by 22:20: 4 min too late"
    ]


def test_what_is_overdue_ends_now_at_the_earliest() -> None:
    late = {"expected_end": NOW - 3 * MINUTE}
    assert said(Deadlines(), **late) == [" ends ~22:14"]
    (line,) = (one for one in board_lines([row(**late)], moment(), Grouping.STATE, (), DAY) if one.pick)
    assert line.text.rstrip().endswith("~22:14")


def test_a_deadline_that_has_passed_says_how_long_ago() -> None:
    assert said(Deadlines(finish_by=time(21, 14)), late=("finish-by",)) == [" LATE: was to finish by 21:14, 1h00m ago"]
    over = Deadlines(max_duration=timedelta(minutes=41))
    assert said(over, late=("max-duration",)) == [" LATE: was to end by 22:14, just now"]
    almost = Deadlines(max_duration=timedelta(minutes=41, seconds=9))
    assert said(almost) == [" may take until 22:14: in under a minute"]
    waiting = {"started_at": None, "state": RunState.WAITING, "expected_end": NOW + MINUTE}
    assert said(Deadlines(start_by=time(22, 30)), **waiting) == [" ends ~22:15; start by 22:30: in 15 min"]


def test_an_ended_run_says_what_it_passed() -> None:
    ended = {"state": RunState.SUCCEEDED, "ended_at": NOW}
    assert said(Deadlines(finish_by=time(22)), late=("start-by", "finish-by"), **ended) == [
        " late: start-by, finish-by"
    ]
    assert said(Deadlines(finish_by=time(22)), **ended) == []


def test_late_runs_come_first_in_their_group_and_are_counted() -> None:
    gateway = FakeGateway()
    let_be_late(gateway)
    gateway.change_run(RunId("risk/limits@2026-11-20.1"), late=("start-by",))
    rows = gateway.board(BoardQuery())
    keys = [line.key for line in board_lines(rows, moment(), Grouping.DEPARTMENT, (), DAY) if line.pick]
    assert keys[0] == MARGIN
    assert keys.index("risk/limits@2026-11-20.1") < keys.index(VAR)
    waits = [key for key in keys if gateway.runs[RunId(key)].process.startswith("risk/")]
    assert waits == ["risk/limits@2026-11-20.1", VAR]
    gateway.change_run(RunId("risk/limits@2026-11-20.1"), late=())
    keys = [line.key for line in board_lines(gateway.board(BoardQuery()), moment(), Grouping.STATE, (), DAY)]
    assert keys.index(VAR) == keys.index("#running") + 1
    text = "".join(span.text for span in chips(gateway.board(BoardQuery())))
    assert text == "LATE 1  at risk 1  · 2  ▶ 3  ▲ 1  ✓ 6  ✗ 1  × 1"


@pytest.mark.parametrize("width", [60, 80, 113, 160])
def test_the_mark_of_a_late_run_stands_right_behind_its_name(width: int) -> None:
    late = replace(row(late=("finish-by",)), title="")
    (line,) = (one for one in board_lines([late], moment(width), Grouping.DEPARTMENT, (), DAY) if one.pick)
    assert line.text.startswith(" ▶ var LATE  ")


@pytest.mark.parametrize("width", [60, 79, 80, 104, 113, 160, 220])
def test_no_line_of_what_is_late_is_wider_than_the_board(width: int) -> None:
    rows = [row(late=("finish-by",), expected_end=NOW + MINUTE), row(late=("at-risk",), state=RunState.STALLED)]
    waiting = row(started_at=None, state=RunState.WAITING, expected_end=NOW + MINUTE, reason="waits for a file" * 9)
    lines = board_lines([*rows, waiting], moment(width), Grouping.DEPARTMENT, (), DAY)
    many = [overdue(f"risk/process-with-a-very-long-name-{number}") for number in range(MOST + 2)]
    late = list(overdue_lines(many, moment(width), columns(width, ends=True), ()))
    assert max(line.cells for line in [*lines, *late]) <= width
    assert not any(line.pick for line in late)


def test_what_nothing_has_ordered_stands_on_top_the_longest_overdue_first() -> None:
    many = [overdue(f"risk/p{number}", minutes=number) for number in range(MOST + 2)]
    texts = [line.text for line in overdue_lines(many, moment(), columns(80), ())]
    assert texts[0].startswith(" not ordered ──")
    assert texts[1].startswith(" ◷ risk/p6")
    assert texts[1].endswith("LATE       nothing has ordered it by 22:08")
    assert texts[-1] == "   and 2 more"
    assert list(overdue_lines([], moment(), columns(80), ())) == []


def test_a_filter_finds_what_is_late() -> None:
    many = [overdue("risk/var"), overdue("finance/fees")]
    texts = [line.text for line in overdue_lines(many, moment(), columns(80), parse("dept:finance late"))]
    assert len(texts) == 2
    assert "finance/fees" in texts[1]
    rows = [row(), row(id=RunId("risk/var@2026-11-20.2"), late=("finish-by",))]
    lines = board_lines(rows, moment(), Grouping.DEPARTMENT, parse("late"), DAY)
    assert [line.key for line in lines if line.pick] == ["risk/var@2026-11-20.2"]


def test_the_pane_beside_a_board_says_what_is_late_and_when_it_ends() -> None:
    texts = [line.text for line in preview_lines(row(late=("finish-by",), expected_end=NOW + MINUTE), moment(44))]
    assert any("~22:15" in text for text in texts)
    assert any("finish-by" in text for text in texts)


def test_the_feed_asks_for_what_is_overdue_after_the_first_board_and_only_now_and_then() -> None:
    gateway, posted = FakeGateway(not_ordered=(overdue("risk/var"),)), list[Message]()
    feed = Feed(gateway, posted.append)
    feed.watch(Interest(View.BOARD))

    def boards() -> list[Board]:
        feed.poll()
        shown = [message.data for message in posted if isinstance(message, Shown)]
        posted.clear()
        return [data for data in shown if isinstance(data, Board)]

    assert [board.overdue for board in boards()] == [()]
    assert [board.overdue for board in boards()] == [gateway.not_ordered]
    for _ in range(2 * OVERDUE_EVERY):
        assert boards() == []
    assert gateway.asked["overdue"] == 1
    gateway.not_ordered = ()
    gateway.change_run(VAR, reason="changed")
    assert [board.overdue for board in boards()] == [()]
    gateway.change_run(VAR, reason="changed again")
    assert len(boards()) == 1
    assert gateway.asked["overdue"] == 2
    seen = [boards() for _ in range(OVERDUE_EVERY)]
    assert (gateway.asked["overdue"], [board for some in seen for board in some]) == (3, [])


async def test_the_board_tells_of_what_comes_to_be_overdue() -> None:
    async with stage() as at:
        await at.misses("not ordered")
        at.gateway.not_ordered = (overdue("risk/new"),)
        at.gateway.change_run(VAR, reason="")
        await at.sees("not ordered", "risk/new", "nothing has ordered it by 22:00")
