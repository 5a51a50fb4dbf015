"""The pure parts: text, filter, times, freshness, bars, board, schedule words, targets, fields."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from boms_tui.model.downtime import BY_MISSED
from boms_tui.model.ids import ProcessId, run_id
from boms_tui.model.states import AttemptState, RunState, TaskState
from boms_tui.model.verbs import VERBS, On
from boms_tui.model.views import BoardQuery, BoardRow, Effect, Output, Pulse
from boms_tui.screens.fields import fields_of, parameters_of
from boms_tui.screens.filter import matches, parse
from boms_tui.screens.freshness import Freshness, Health, freshness
from boms_tui.screens.line import Span
from boms_tui.screens.rows import board, process
from boms_tui.screens.rows.bars import TimeLine, axis, progress, time_bar
from boms_tui.screens.rows.board import Grouping, board_lines, chips, current_date, fields, of_current_dates
from boms_tui.screens.rows.effect import effect_lines
from boms_tui.screens.rows.frame import footer, place_text
from boms_tui.screens.rows.log import log_lines
from boms_tui.screens.rows.schedule import schedule_words
from boms_tui.screens.rows.words import why
from boms_tui.screens.signs import ATTEMPT_SIGNS, PLAIN, RUN_SIGNS, TASK_SIGNS
from boms_tui.screens.target import misfit, offered, run_target, task_target
from boms_tui.screens.text import clip, clip_left, fit, safe, wrap
from boms_tui.screens.when import Moment, age_text, calm, clock_text, duration, length
from tests.screens.fake import FakeGateway
from tests.screens.night import DAY, NOW

KOLKATA = ZoneInfo("Asia/Kolkata")
MINUTE = timedelta(minutes=1)
HOSTILE = "\x1b]52;c;ZXZpbA==\x07\x9b2J\x7f\u202e\u2066\u200b\ufeff\ud800\r\n\t[red]\u0301"


def rows() -> list[BoardRow]:
    return list(FakeGateway().board(BoardQuery()))


def moment(width: int = 80) -> Moment:
    return Moment(NOW, KOLKATA, width)


@given(st.text())
def test_safe_text_is_one_line_that_steers_nothing(text: str) -> None:
    made = safe(text)
    assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in made)
    assert all(cell_len(character) > 0 for character in made)
    made.encode("utf-8")


def test_safe_text_shows_what_it_hides() -> None:
    made = safe(HOSTILE)
    assert made.startswith("␛]52;c;ZXZpbA==␇")
    assert "␡" in made
    assert not set(made) & set("\u202e\u2066\u200b\ufeff\ud800\x9b\u0301")


@given(st.text().map(safe), st.integers(0, 40))
def test_fitted_text_has_exactly_its_width(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width
    assert cell_len(fit(text, width, right=True)) == width
    assert cell_len(clip(text, width)) <= width
    assert cell_len(clip_left(text, width)) <= width


@given(st.text().map(safe), st.integers(2, 40))
def test_wrapped_lines_keep_to_their_width(text: str, width: int) -> None:
    assert all(cell_len(part) <= width for part in wrap(text, width))


def test_wrapping_breaks_at_spaces_and_loses_nothing() -> None:
    assert wrap("one two three", 8) == ["one two", "three"]
    assert "".join(wrap("abcdefghij", 4)) == "abcdefghij"


def test_a_filter_is_terms_that_all_must_match() -> None:
    found = fields(rows()[8])
    assert matches(parse("state:stalled dept:settle margin"), found)
    assert not matches(parse("state:failed"), found)
    assert matches(parse("-state:failed"), found)
    assert not matches(parse("-margin"), found)
    assert matches(parse("unfinished: "), found)
    assert not matches(parse("nofield:x"), found)
    assert matches(parse("tasks:failed"), found)


def test_times_are_the_operators() -> None:
    assert clock_text(NOW, KOLKATA) == "22:14"
    assert clock_text(NOW - timedelta(days=1), KOLKATA, now=NOW) == "19 Nov 22:14"
    assert clock_text(None, KOLKATA) == ""
    spans = (7, 751, 3_840, 183_600)
    assert [duration(timedelta(seconds=span)) for span in spans] == ["0:07", "12:31", "1h04m", "2d03h"]
    assert [length(timedelta(seconds=span)) for span in (30, 300, 7_200, 86_400, 90)] == [
        "30s",
        "5m",
        "2h",
        "1d",
        "90s",
    ]


def test_durations_of_live_things_move_in_calm_steps() -> None:
    assert calm(timedelta(seconds=13)) == timedelta(seconds=10)
    assert calm(timedelta(seconds=659)) == timedelta(minutes=10)
    assert calm(timedelta(seconds=-3)) == timedelta(0)


def pulse(beat: float | None, *, led: bool = True) -> Pulse:
    return Pulse(NOW, 1, led, "prod-01", 3, NOW - timedelta(seconds=beat) if beat is not None else None)


@pytest.mark.parametrize(
    ("seen", "silent", "health", "text"),
    [
        (None, 0.0, Health.CONNECTING, "CONNECTING"),
        (None, 2.6, Health.LOST, "STORE LOST"),
        (pulse(0.4), 0.1, Health.LIVE, "LIVE <2 s"),
        (pulse(2.0), 0.0, Health.LIVE, "LIVE <2 s"),
        (pulse(2.1), 0.0, Health.STALE, "STALE 2 s"),
        (pulse(1.0), 1.5, Health.STALE, "STALE 2 s"),
        (pulse(2.6), 0.0, Health.DOWN, "RUNTIME DOWN since 22:14"),
        (pulse(11.0), 0.0, Health.DOWN, "RUNTIME DOWN since 22:13"),
        (pulse(0.1, led=False), 0.0, Health.DOWN, "RUNTIME DOWN since 22:14"),
        (pulse(None), 0.0, Health.DOWN, "RUNTIME DOWN"),
        (pulse(0.1), 2.5, Health.LOST, "STORE LOST since 22:14"),
    ],
)
def test_the_age_of_what_is_shown(seen: Pulse | None, silent: float, health: Health, text: str) -> None:
    assert freshness(seen, timedelta(seconds=silent), KOLKATA) == Freshness(health, text)
    assert freshness(seen, timedelta(seconds=silent), KOLKATA).live is (health is Health.LIVE)


def test_every_state_has_a_sign_one_cell_wide_and_a_plain_form() -> None:
    signs = (TASK_SIGNS, TaskState), (RUN_SIGNS, RunState), (ATTEMPT_SIGNS, AttemptState)
    for table, states in signs:
        assert set(table) == set(states)
        assert all(cell_len(sign.glyph) == 1 and sign.glyph.translate(PLAIN).isascii() for sign in table.values())


def test_a_bar_shows_each_kind_of_end() -> None:
    counts = {TaskState.SUCCEEDED: 2, TaskState.FAILED: 1, TaskState.RUNNING: 1, TaskState.WAITING: 4}
    spans = progress(counts, 16)
    assert [(span.tone, len(span.text)) for span in spans] == [("ok", 4), ("bad", 2), ("live", 2), ("rail", 8)]
    assert progress({}, 4) == (Span("────", "rail"),)


def test_a_single_failure_among_many_is_seen() -> None:
    spans = progress({TaskState.SUCCEEDED: 500, TaskState.FAILED: 1, TaskState.WAITING: 499}, 10)
    assert "bad" in [span.tone for span in spans]


def test_a_time_bar_stands_where_the_task_ran() -> None:
    line = TimeLine(NOW, timedelta(minutes=10), 10)
    bar = time_bar(line, TaskState.RUNNING, NOW + 2 * MINUTE, NOW + 4 * MINUTE)
    assert [(span.tone, len(span.text)) for span in bar] == [("rail", 2), ("live", 3), ("rail", 5)]
    assert time_bar(line, TaskState.WAITING, None, NOW) == (Span("─" * 10, "rail"),)
    assert axis(timedelta(minutes=3)) == timedelta(minutes=5)
    assert axis(timedelta(days=60)) == timedelta(days=60)


def test_the_board_pins_what_needs_a_person() -> None:
    lines = board_lines(rows(), moment(), Grouping.DEPARTMENT, (), DAY)
    keys = [line.key for line in lines]
    assert keys[0] == "#needs a person"
    assert keys.index("settlement/eod-margin@2026-11-20.1") < keys.index("#finance")
    assert all(line.cells <= 80 for line in lines)
    assert sum(line.pick for line in lines) == len(rows())


@pytest.mark.parametrize("width", [60, 79, 80, 104, 113, 160, 220])
@pytest.mark.parametrize("grouping", list(Grouping))
def test_no_board_line_is_wider_than_the_board(width: int, grouping: Grouping) -> None:
    lines = board_lines(rows(), moment(width), grouping, (), DAY)
    assert max(line.cells for line in lines) <= width


def test_grouped_by_state_runs_stand_under_their_state() -> None:
    keys = [line.key for line in board_lines(rows(), moment(), Grouping.STATE, (), DAY)]
    assert keys.index("#running") < keys.index("risk/var@2026-11-20.1") < keys.index("#succeeded")


def test_the_board_is_about_the_current_dates() -> None:
    old = replace(rows()[0], run=replace(rows()[0].run, business_date=date(2026, 11, 19)))
    open_one = replace(rows()[7], run=replace(rows()[7].run, business_date=date(2026, 11, 18)))
    shown = of_current_dates([*rows(), old, open_one], DAY)
    assert old not in shown
    assert open_one in shown
    assert current_date(rows(), DAY + timedelta(days=2)) == DAY
    assert current_date([], DAY) == DAY
    assert "18 Nov" in "".join(line.text for line in board_lines([open_one], moment(), Grouping.STATE, (), DAY))


def missed_row(state: RunState, number: int, day: date = DAY) -> BoardRow:
    run = replace(
        rows()[0].run, id=run_id(ProcessId("risk/var"), day, number), business_date=day, number=number, state=state,
        ordered_by=BY_MISSED, ordered_at=NOW, started_at=None, ended_at=NOW,
        occurrence="cron:2026-11-20T13:00:00+00:00", reason="due at 18:30 IST, when no runtime could order it",
    )  # fmt: skip
    return BoardRow(run, "Value at risk", {})


def test_what_was_missed_stands_together_and_what_is_to_be_decided_first() -> None:
    waits, over = missed_row(RunState.MISSED, 8), missed_row(RunState.CANCELLED, 7)
    lines = board_lines([over, *rows(), waits], moment(), Grouping.DEPARTMENT, (), DAY)
    keys = [line.key for line in lines]
    place = keys.index("#after downtime")
    assert keys[place + 1 : place + 3] == [waits.run.id, over.run.id]
    assert "missed" in lines[place + 1].text
    assert lines[place + 1].text.endswith("needs a person, due 18:30")
    assert lines[place + 2].text.endswith("passed over, due 18:30")
    assert max(line.cells for line in lines) <= 80


@pytest.mark.parametrize(
    ("state", "changes", "says"),
    [
        (RunState.MISSED, {}, "needs a person, due 19 Nov 18:30"),
        (RunState.WAITING, {"reason": "starts at 22:31 IST"}, "runs late, due 19 Nov 18:30; starts at 22:31 IST"),
        (
            RunState.CANCELLED,
            {"reason": "due at 18:30 IST, when no runtime could order it; missed: none"},
            "passed over, due 19 Nov 18:30; missed: none",
        ),
        (RunState.CANCELLED, {"reason": "cancelled by ravi", "ended_at": NOW + MINUTE}, "cancelled by ravi"),
        (RunState.MISSED, {"occurrence": "other", "reason": "due at 18:30"}, "needs a person: due at 18:30"),
    ],
)
def test_what_was_decided_about_what_was_missed_comes_first(
    state: RunState, changes: dict[str, Any], says: str
) -> None:
    row = missed_row(state, 7)
    run = replace(row.run, **{"occurrence": "cron:2026-11-19T13:00:00+00:00", **changes})
    assert why(replace(row, run=run), moment()) == says
    line = board_lines([replace(row, run=run)], moment(), Grouping.STATE, (), DAY)[1]
    assert says.partition(";")[0] in line.text


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        ("risk/limits@2026-11-20.1 is held by anna: month end", "held by anna: month end"),
        ("risk/limits is held by anna: month end", "process held by anna: month end"),
        ("risk/ is held by anna: month end", "risk/ is held by anna: month end"),
        ("compare: risk/limits@2026-11-20.1:compare is held by anna: x", "compare: compare is held by anna: x"),
    ],
)
def test_a_row_does_not_say_its_own_name_twice(reason: str, says: str) -> None:
    row = next(row for row in rows() if row.run.id == "risk/limits@2026-11-20.1")
    assert why(replace(row, run=replace(row.run, reason=reason)), moment()) == says


def test_a_run_that_never_got_tasks_says_why_at_any_width() -> None:
    row = next(row for row in rows() if row.run.state is RunState.CANCELLED)
    over = replace(
        row, counts={}, run=replace(row.run, started_at=None, ended_at=row.run.ordered_at, reason="overlaps")
    )
    assert "cancelled  overlaps" in board_lines([over], moment(), Grouping.STATE, (), DAY)[1].text


def test_what_was_missed_stays_until_somebody_decides_about_it() -> None:
    long_ago, today = DAY - timedelta(days=30), DAY + timedelta(days=3)
    waits, over = missed_row(RunState.MISSED, 8, long_ago), missed_row(RunState.CANCELLED, 7, long_ago)
    assert of_current_dates([*rows(), waits, over], DAY)[-2:] == [waits, over]
    assert of_current_dates([*rows(), waits, over], today)[-1:] == [waits]


def test_chips_count_the_states() -> None:
    assert "".join(span.text for span in chips(rows())) == "· 2  ▶ 3  ▲ 1  ✓ 6  ✗ 1  × 1"


def test_schedules_read_as_words() -> None:
    assert schedule_words("30 18 * * 1-5") == "18:30 Mon-Fri"
    assert schedule_words("*/10 * * * *") == "every 10 min"
    assert schedule_words("0 6 1 * *") == "cron 0 6 1 * *"
    assert schedule_words("after trading/close") == "after trading/close"
    assert schedule_words("file in/a b c d.csv") == "file in/a b c d.csv"


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("30 22 * * mon-fri", "22:30 Mon-Fri"),
        ("30 22 * * MON,wed,5", "22:30 Mon, Wed, Fri"),
        ("0 6 * * sat-sun", "06:00 Sat-Sun"),
        ("0 6 * * 1-3,6", "06:00 Mon-Wed, Sat"),
        ("0 6 * * 0", "06:00 Sun"),
        ("0 6 * * 1-7", "06:00 daily"),
        ("0 8,12,18 * * *", "08:00, 12:00, 18:00 daily"),
        ("5 * * * *", "hourly at :05"),
        ("*/15 * * * mon-fri", "every 15 min Mon-Fri"),
        ("0 6 * * fri#2", "cron 0 6 * * fri#2"),
        ("0 6 * * l5", "cron 0 6 * * l5"),
        ("0 6-9 * * *", "cron 0 6-9 * * *"),
        ("0-30 6 * * *", "cron 0-30 6 * * *"),
        ("0-30 * * * *", "cron 0-30 * * * *"),
        ("0 6 * 3 *", "cron 0 6 * 3 *"),
    ],
)
def test_plain_crons_read_as_words_and_others_as_they_are(cron: str, words: str) -> None:
    assert schedule_words(cron) == words


def test_a_calendar_is_told_instead_of_daily() -> None:
    assert schedule_words("0 20 * * *", "month-end") == "20:00 month-end"
    assert schedule_words("0 20 * * mon-fri", "nse") == "20:00 Mon-Fri nse"
    assert schedule_words("0 20 1 * *", "nse") == "cron 0 20 1 * * nse"
    assert schedule_words("after trading/close", "nse") == "after trading/close"


def test_a_list_tells_times_with_their_zone() -> None:
    row = FakeGateway().processes()[0]
    london = replace(row, timezone="Europe/London", calendar="lse", starts=("0 20 * * *", "after a/b"))
    lines = process.process_lines((row, london), moment(120), ())
    assert "17:00 Mon-Fri IST " in lines[1].text
    assert "20:00 lse GMT, after a/b" in lines[2].text


def test_a_footer_never_cuts_its_note_nor_help() -> None:
    hints = [(letter, "Something long") for letter in "abcdefgh"] + [("?", "Help")]
    made = footer(hints, Span("action keys are locked", "warn"), 60)
    assert made.cells <= 60
    assert made.text.endswith("action keys are locked")
    assert "? Help" in made.text


def test_a_breadcrumb_loses_its_beginning_first() -> None:
    trail = ("prod-01", "board", "settlement/eod-margin@2026-11-20.1", "compute")
    assert place_text(trail, 80) == " › ".join(trail)
    assert place_text(trail, 50) == "… › settlement/eod-margin@2026-11-20.1 › compute"
    assert place_text(trail, 5) == "…pute"


def test_a_verb_that_does_not_fit_says_why() -> None:
    gateway = FakeGateway()
    task = gateway.tasks["settlement/eod-margin@2026-11-20.1:cube"]
    definition = gateway.definitions[ProcessId("settlement/eod-margin")].tasks[task.task]
    target = task_target(task, definition, None, NOW, held=False)
    assert misfit(VERBS["retry"], target) == "Retry is for what is backoff or failed; cube is waiting"
    assert misfit(VERBS["skip"], target) == ""
    assert misfit(VERBS["release"], target) == "nothing holds cube"
    assert misfit(VERBS["confirm"], target) == "cube asks nobody"
    assert misfit(VERBS["confirm"], task_target(task, definition, None, NOW, unfit=True)) == ""
    assert misfit(VERBS["cancel"], target) == "Cancel acts on a run"
    run = run_target(gateway.runs[task.run], NOW)
    assert misfit(VERBS["cancel"], run) == ""
    assert misfit(VERBS["release"], run) == ""
    assert not offered(VERBS["release"], run)
    assert misfit(VERBS["order"], run) == "Order is for what is missed; settlement/eod-margin is stalled"


def test_help_names_the_fields_that_a_filter_knows() -> None:
    gateway = FakeGateway()
    assert tuple(board.fields(gateway.board(BoardQuery())[0])) == board.FIELDS
    assert tuple(process.fields(gateway.processes()[0])) == process.FIELDS


def test_what_was_seen_just_now_says_so() -> None:
    assert age_text(timedelta(milliseconds=900)) == "just now"
    assert age_text(timedelta(seconds=7)) == "0:07 ago"


def test_the_fields_of_an_order_are_the_processs_parameters() -> None:
    definition = FakeGateway().definitions[ProcessId("archive/night")]
    names = {field.name: field for field in fields_of("order", On.PROCESS, definition)}
    assert list(names) == ["date", "parameter.region", "parameter.batch"]
    assert names["parameter.region"].choices == ("west", "south")
    assert names["parameter.batch"].required


def test_until_is_the_next_time_the_clock_shows_it() -> None:
    given_values = {"until": "06:30", "leave": "no", "date": " "}
    assert parameters_of(given_values, NOW, KOLKATA) == {"until": "2026-11-21T06:30:00+05:30", "leave": "no"}
    assert parameters_of({"until": "23:00"}, NOW, KOLKATA) == {"until": "2026-11-20T23:00:00+05:30"}
    assert parameters_of({"until": "tomorrow"}, NOW, KOLKATA) == {"until": "tomorrow"}


@pytest.mark.parametrize(
    ("given_values", "sent"),
    [
        ({"from": "23:00", "until": "02:00"}, {"from": "20T23:00", "until": "21T02:00"}),
        ({"from": "06:30", "until": "07:00"}, {"from": "21T06:30", "until": "21T07:00"}),
        ({"from": "06:30", "until": "23:00"}, {"from": "21T06:30", "until": "21T23:00"}),
        ({"from": "23:00", "until": ""}, {"from": "20T23:00"}),
    ],
)
def test_a_planned_hold_ends_after_it_begins(given_values: dict[str, str], sent: dict[str, str]) -> None:
    whole = {name: f"2026-11-{text}:00+05:30" for name, text in sent.items()}
    assert parameters_of(given_values, NOW, KOLKATA) == whole
    assert parameters_of({"from": "at dawn"}, NOW, KOLKATA) == {"from": "at dawn"}


def test_an_effect_says_what_it_starts_and_what_stays() -> None:
    effect = Effect(("cube",), (("release", "a person"),), ("finance/ledger@2026-11-20.1",), then=("totals",))
    text = "\n".join(line.text for line in effect_lines(effect, "", 60))
    assert text == "starts  cube\nthen    totals\nblocked release (a person)\nwent on finance/ledger@2026-11-20.1"
    assert "many" not in effect_lines(Effect(tuple(map(str, range(99)))), "", 60)[0].text
    assert effect_lines(None, "", 60)[0].text == "working out what it would do"


def test_a_log_is_its_end_with_what_was_dropped() -> None:
    at = datetime(2026, 11, 20, tzinfo=UTC)
    output = Output(FakeGateway().attempts["risk/var@2026-11-20.1:scenarios"][0].id, b"x" * 70_000, 9_000_000, 900, at)
    lines = log_lines(output, 100)
    assert lines[0].text == " 900 bytes were dropped by the cap"
    assert lines[1].text.startswith(" 8,933,564 bytes before this")
    assert sum(len(line.text.strip()) for line in lines[2:]) == 65_536
    assert log_lines(replace(output, tail=b"", size=0, dropped=0), 80)[0].text == " it printed nothing"
    assert log_lines(None, 80)[0].text == " no output yet"
    torn = log_lines(replace(output, tail=b"\xff\xfe\x1b[2J\r\nok\n", size=9, dropped=0), 80)
    assert [line.text for line in torn] == [" ��␛[2J", " ok"]
