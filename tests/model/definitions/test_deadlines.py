"""What definitions may say of deadlines."""

from datetime import time, timedelta

import pytest

from boms_tui.model.definition import Deadlines
from tests.model.definitions.given import process, told

TASKS = "tasks: {t: {command: run}}\n"
BEGINS = "`finish_by` comes before `start_by` in a business day that starts at"
MOVE = "(`day_starts` says where the day begins)"


def deadlines(text: str, *more: str) -> Deadlines:
    return process(f"process: a\ndeadlines: {text}\n{''.join(more)}{TASKS}").deadlines


def test_a_process_without_deadlines_has_none() -> None:
    assert process(f"process: a\n{TASKS}").deadlines == Deadlines()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{start_by: 19:00}", Deadlines(start_by=time(19))),
        ("{finish_by: '21:30'}", Deadlines(finish_by=time(21, 30))),
        ("{max_duration: 2h}", Deadlines(max_duration=timedelta(hours=2))),
        ("{start_by: 19:00, finish_by: 21:30, max_duration: 90m}",
         Deadlines(time(19), time(21, 30), timedelta(minutes=90))),
    ],
)  # fmt: skip
def test_each_deadline_stands_for_itself(text: str, expected: Deadlines) -> None:
    assert deadlines(text) == expected


def test_a_deadline_after_midnight_is_in_order_where_the_day_starts_later() -> None:
    night = Deadlines(time(23), time(2))
    assert deadlines("{start_by: 23:00, finish_by: 02:00}", "day_starts: '06:00'\n") == night


def test_a_template_gives_the_deadlines_that_a_process_does_not_say() -> None:
    template = "template: nightly\nday_starts: '06:00'\ndeadlines: {start_by: 22:00, max_duration: 1h}\n"
    text = f"process: a\nextends: nightly\ndeadlines: {{finish_by: 03:00}}\n{TASKS}"
    assert process(text, "a", template).deadlines == Deadlines(time(22), time(3), timedelta(hours=1))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", "12: deadlines are a `start_by`, a `finish_by`, a `max_duration` or several of them"),
        ("{start_by: 19:00, finish_by: 19:00}",
         "12: `start_by` and `finish_by` are the same time (give the run time to do its work)"),
        ("{start_by: 21:30, finish_by: 19:00}", f"41: {BEGINS} 00:00 {MOVE}"),
        ("{start_by: 7pm}", '23: not a time of day: 7pm (such as "06:00")'),
        ("{max_duration: 0s}", "27: `max_duration` must be longer than 0s"),
        ("{end_by: 19:00}", "13: unknown key: end_by"),
        ("21:30", "12: `deadlines` must be a mapping, not text (such as {key: value})"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(text: str, expected: str) -> None:
    (found,) = told(f"process: a\ndeadlines: {text}\n{TASKS}")
    assert found.startswith(f"1.yaml:2:{expected}")


@pytest.mark.parametrize(("start_by", "finish_by"), [("02:00", "23:00"), ("02:00", "01:00"), ("08:00", "07:00")])
def test_the_order_is_that_of_the_business_day(start_by: str, finish_by: str) -> None:
    text = f"process: a\nday_starts: '06:00'\ndeadlines: {{start_by: {start_by}, finish_by: {finish_by}}}\n{TASKS}"
    assert told(text) == [f"1.yaml:3:41: {BEGINS} 06:00 {MOVE}"]
