"""What an operator at night must not miss, as lines: checks, evidence, progress, what remains, what is waited for."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from boms_tui.model.definition import Contact, Cyclic, CyclicFrom, Deadlines, Lock, LockMode, Missed, Window
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.states import RunState, TaskState
from boms_tui.model.trigger import CronStart
from boms_tui.model.views import Gate, GateKind, Progress, RunView, TaskView
from boms_tui.screens.line import Line
from boms_tui.screens.rows import process
from boms_tui.screens.rows.branches import tree_lines
from boms_tui.screens.rows.checks import check_lines, checks_of, checks_title
from boms_tui.screens.rows.detail import detail_lines
from boms_tui.screens.rows.evidence import evidence_lines
from boms_tui.screens.rows.gates import Offer, choice_lines, gate_lines, liftable
from boms_tui.screens.rows.meter import said
from boms_tui.screens.rows.people import contact_columns, contacts_lines, ladder_lines
from boms_tui.screens.rows.run import MOST_WHY, summary_lines
from boms_tui.screens.rows.task import fact_lines, head_lines
from boms_tui.screens.text import wrap_most
from boms_tui.screens.when import Moment
from tests.screens import scenes
from tests.screens.fake import FakeGateway
from tests.screens.night import CONTACTS, NOW, ZONE
from tests.screens.scenes import GATES, MARGIN, NOTES, VAR

COMPUTE, FO = f"{MARGIN}:compute", f"{VAR}:reprice-fo"
HELD = "waits for warehouse-slots: 4 of 4 held by risk/var@2026-11-20.1:reprice-fo"
WIDTHS = (60, 80, 113, 160)


def moment(width: int = 80) -> Moment:
    return Moment(NOW, ZoneInfo(ZONE), width)


def text_of(lines: Iterable[Line]) -> str:
    return "\n".join(line.text.rstrip() for line in lines)


def joined(lines: Iterable[Line]) -> str:
    """The words, wherever lines were broken."""
    return " ".join(text_of(lines).split())


def checked() -> TaskView:
    gateway = FakeGateway()
    scenes.let_fail_a_check(gateway, COMPUTE)
    return gateway.task(COMPUTE)


def unknown() -> TaskView:
    gateway = FakeGateway()
    last = gateway.attempts[NOTES][-1]
    gateway.attempts[NOTES] = (replace(last, reason=scenes.EVIDENCE),)
    return gateway.task(NOTES)


def run_of(view: RunView, name: str) -> str:
    return next(line.text for line in tree_lines(view, moment()) if line.key.endswith(f":{name}"))


# checks
def test_failed_checks_come_first_and_each_says_what_it_saw_and_when() -> None:
    view = checked()
    found = checks_of(view.checks, view.attempts[-1].id)
    assert [check.passed for check in found] == [False, True, True, True]
    assert checks_title(found, 2) == "Checks of attempt 2: 1 of 4 failed"
    lines = [line.text for line in check_lines(found, moment(120))]
    assert lines[0].startswith("  ✗ failed after  22:13:24 output with «totals match»")
    assert "saw: not in 412 lines" in lines[1]
    assert lines[2].startswith("  ✓ passed before 22:13:24 file in/prices_20261120.csv")


def test_failed_checks_stand_above_all_else_and_passed_ones_below_the_attempts() -> None:
    view = checked()
    titles = [line.key for line in fact_lines(view, moment(), view.attempts[-1], None) if "─" in line.text]
    assert titles[0] == "#Checks of attempt 2: 1 of 4 failed"
    good = replace(view, checks=tuple(replace(check, passed=True) for check in view.checks))
    titles = [line.key for line in fact_lines(good, moment(), good.attempts[-1], None) if "─" in line.text]
    assert titles.index("#Attempts") + 1 == titles.index("#Checks of attempt 2: all 4 passed")


def test_checks_are_those_of_the_attempt_that_is_looked_at() -> None:
    view = checked()
    assert "Checks" not in text_of(fact_lines(view, moment(), view.attempts[0], None))


# unknown
def test_the_evidence_is_whole_and_says_what_comes_next() -> None:
    view = unknown()
    output = FakeGateway().output(view.attempts[-1].id)
    progress = Progress(80, "notes of dealer 4,117", NOW - timedelta(days=1))
    text = joined(evidence_lines(view.attempts[-1], output, progress, moment()))
    assert text == (
        f"proved {scenes.EVIDENCE} ran attempt 1 on prod-01, pid 4001, started 22:05:52, 8:15 ago "
        "said 19 Nov 22:14:07 80% notes of dealer 4,117 "
        "last line 19:44:12 margin: nothing was published, exit 3 (as of 22:14:07) "
        "next look on prod-01, then v says what happened (supervisor)"
    )


def test_evidence_says_what_is_not_known() -> None:
    view = unknown()
    bare = replace(view.attempts[-1], started_at=None, pid=None, reason="")
    text = joined(evidence_lines(bare, None, None, moment()))
    assert "proved nothing ran attempt 1 on prod-01, claimed 22:05:52, its start was not recorded" in text
    assert "no output is known of it" in text
    printed = FakeGateway().output(view.attempts[-1].id)
    assert printed is not None
    silent = joined(evidence_lines(view.attempts[-1], replace(printed, tail=b"\n \n"), None, moment()))
    assert "it printed nothing" in silent


def test_only_an_unknown_task_has_evidence() -> None:
    assert fact_lines(unknown(), moment(), None, None)[0].key == "#It may have run, and nobody can prove how it ended"
    assert "prove" not in text_of(fact_lines(checked(), moment(), None, None))


def test_what_a_section_says_in_full_takes_one_line_of_the_head() -> None:
    view = checked()
    assert len(head_lines(view, moment())) == 1
    assert head_lines(view, moment())[0].text.endswith("…")
    plain = replace(view, checks=())
    assert joined(head_lines(plain, moment())).endswith(plain.task.reason)


# progress
def test_a_meter_is_a_bar_with_its_percent() -> None:
    bar, label = said(Progress(42, "book 7", NOW), 10)
    assert "".join(span.text for span in bar) == "━━━━──────  42%"
    assert label == "book 7"
    assert said(Progress(None, "book 7", NOW), 10) == ((), "book 7")
    assert said(None, 10) == ((), "")
    assert "".join(span.text for span in said(Progress(100, "", NOW), 4).bar) == "━━━━ 100%"


def test_a_running_task_shows_its_meter_beside_it_and_a_long_label_below() -> None:
    gateway = FakeGateway()
    scenes.let_say(gateway, FO, 42, "book 7")
    text = text_of(tree_lines(gateway.run(VAR), moment(100)))
    assert next(row for row in text.splitlines() if "reprice-fo " in row).endswith("━━────  42% book 7")
    scenes.let_say(gateway, FO, 42, "book 7 of 17: index options of the far months")
    rows = text_of(tree_lines(gateway.run(VAR), moment())).splitlines()
    place = next(number for number, row in enumerate(rows) if "reprice-fo " in row)
    assert rows[place].endswith("━━────  42%")
    assert rows[place + 1].strip("│ ") == "↳ book 7 of 17: index options of the far months"


def test_the_task_screen_says_when_it_was_last_heard() -> None:
    gateway = FakeGateway()
    scenes.let_say(gateway, FO, 42, "book 7 of 17")
    lines = head_lines(gateway.task(FO), moment())
    assert lines[1].text == " ━━━━━━━━────────────  42%  said 22:14:03  book 7 of 17"
    gateway.change_task(FO, state=TaskState.SUCCEEDED)
    assert "42%" not in text_of(head_lines(gateway.task(FO), moment()))


def test_the_aside_has_progress_waits_and_what_remains() -> None:
    gateway = FakeGateway()
    scenes.let_say(gateway, FO, 42, "book 7")
    scenes.let_outlive(gateway, FO, 3)
    text = joined(detail_lines(gateway.run(VAR), FO, moment(44)))
    assert "42% book 7 at 22:14:03" in text
    assert "▲ 3 processes outlived attempt 1" in text
    scenes.let_wait(gateway)
    assert HELD in joined(detail_lines(gateway.run(MARGIN), f"{MARGIN}:cube", moment(60)))


def test_a_process_says_which_templates_it_extends() -> None:
    view = FakeGateway().process(ProcessId("risk/var"))
    assert "extends" not in joined(process.detail_lines(view, moment()))
    extending = replace(view, templates=("nightly", "base"))
    assert "extends nightly, base " in joined(process.detail_lines(extending, moment()))


def test_a_process_says_when_it_is_ordered_next() -> None:
    view = FakeGateway().process(ProcessId("risk/var"))
    assert "next" not in joined(process.detail_lines(view, moment())).split()
    timed = replace(view, definition=replace(view.definition, start=(CronStart("30 18 * * *"),), calendar="nse"))
    text = joined(process.detail_lines(timed, moment()))
    assert "starts 18:30 nse Asia/Kolkata next Fri 20 Nov 23:00 IST" in text
    text = joined(process.detail_lines(replace(timed, next_start=None), moment()))
    assert "next never: its calendar selects no such date" in text


def test_a_process_says_whose_holds_are_over_it() -> None:
    view = FakeGateway().process(ProcessId("risk/var"))
    holds = [scenes.hold_of(place) for place in ("/", "risk/", "risk/var", "finance/")]
    text = joined(process.detail_lines(view, moment(), holds))
    said = [f"held {on}by anna since 21:00: month-end freeze" for on in ("", "risk/ ", "everything ")]
    assert " ".join(said) in text
    assert "finance/" not in text


def test_a_process_says_by_which_calendar_and_in_which_hours_it_runs() -> None:
    view = FakeGateway().process(ProcessId("risk/var"))
    assert not {"calendar", "window"} & set(joined(process.detail_lines(view, moment())).split())
    bound = replace(view.definition, calendar="nse", window=Window(time(22), time(4)))
    text = joined(process.detail_lines(replace(view, definition=bound), moment()))
    assert "calendar nse window 22:00 to 04:00 Asia/Kolkata" in text


def test_a_process_says_what_else_decides_when_it_runs() -> None:
    view = FakeGateway().process(ProcessId("risk/var"))
    assert not {"again", "once", "missed", "deadlines"} & set(joined(process.detail_lines(view, moment())).split())
    bound = replace(
        view.definition,
        start=(CronStart("30 18 * * *"),),
        missed=Missed.LATEST,
        once_per_date=True,
        cyclic=Cyclic(timedelta(minutes=15), CyclicFrom.END, time(23), 10),
        deadlines=Deadlines(time(19), time(1, 30), timedelta(hours=2)),
    )
    text = joined(process.detail_lines(replace(view, definition=bound), moment()))
    assert "again 15m after its end until 23:00, 10 rounds a date at the most" in text
    assert "runs once a date, whatever orders it" in text
    assert "missed times: the latest is run" in text
    assert "deadlines start by 19:00, finish by 01:30, take 2h at the most" in text


# what remains
def test_processes_that_remain_are_a_warning_and_a_mark() -> None:
    gateway = FakeGateway()
    scenes.let_outlive(gateway, COMPUTE, 2)
    head = joined(head_lines(gateway.task(COMPUTE), moment()))
    assert "▲ processes remain: 2 of attempt 2, on prod-01; they may still do its work" in head
    assert "▲ 2 remain" in text_of(fact_lines(gateway.task(COMPUTE), moment(), None, None))
    assert "▲ 2 remain" in run_of(gateway.run(MARGIN), "compute")
    assert "remain" not in run_of(gateway.run(MARGIN), "load-prices")


# what is waited for
@pytest.mark.parametrize("width", WIDTHS)
def test_a_ready_task_says_in_full_what_it_waits_for_and_who_holds_it(width: int) -> None:
    gateway = FakeGateway()
    scenes.let_wait(gateway)
    lines = tree_lines(gateway.run(MARGIN), moment(width))
    assert HELD in joined(line for line in lines if ":cube" in line.key).replace("│ ", "")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_failed_check_is_told_in_full_in_the_run(width: int) -> None:
    gateway = FakeGateway()
    scenes.let_fail_a_check(gateway, COMPUTE)
    lines = tree_lines(gateway.run(MARGIN), moment(width))
    assert gateway.tasks[COMPUTE].reason in joined(line for line in lines if ":compute" in line.key)
    assert sum(line.pick for line in lines) == 8


def test_the_reason_of_a_stalled_run_is_whole() -> None:
    gateway = FakeGateway()
    why = "; ".join(f"task-{number}: nothing will order reference/limits@2026-11-20" for number in range(6))
    gateway.change_run(MARGIN, reason=why)
    lines = summary_lines(gateway.run(MARGIN), moment())
    assert joined(lines[1:]) == why
    gateway.change_run(MARGIN, reason=why * 9)
    lines = summary_lines(gateway.run(MARGIN), moment())
    assert len(lines) == 1 + MOST_WHY
    assert lines[-1].text.endswith("…")


def test_a_run_that_was_passed_over_says_how_to_get_another() -> None:
    gateway = FakeGateway()
    scenes.let_be_missed(gateway, scenes.FILES, RunState.CANCELLED, rest="; missed: none")
    text = joined(summary_lines(gateway.run(scenes.FILES), moment()))
    assert text.startswith("× cancelled it has no tasks due at 18:30 IST, when no runtime could order it; missed: none")
    assert text.endswith("A new run: o on compliance/exchange-files among the processes (2).")


def test_a_run_that_waits_names_all_its_gates() -> None:
    gateway = FakeGateway()
    limits = next(run for run in gateway.runs if run.startswith("risk/limits"))
    gateway.change_run(limits, reason="")
    gateway.gates[limits] = GATES[:3]
    text = joined(summary_lines(gateway.run(limits), moment())[1:])
    assert text == "waits: " + "; ".join(gate.detail for gate in GATES[:3])


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_wider_than_its_view(width: int) -> None:
    gateway = FakeGateway()
    for scene in (scenes.let_fail_a_check, lambda at, ref: scenes.let_outlive(at, ref, 12)):
        scene(gateway, COMPUTE)
    scenes.let_say(gateway, FO, 42, "a label that goes on and on, " * 4)
    scenes.let_wait(gateway)
    gateway.gates[f"{MARGIN}:cube"] = GATES
    here = moment(width)
    compute, fo, cube = gateway.task(COMPUTE), gateway.task(FO), gateway.task(f"{MARGIN}:cube")
    output = gateway.output(unknown().attempts[-1].id)
    every = [
        *tree_lines(gateway.run(MARGIN), here), *tree_lines(gateway.run(VAR), here),
        *summary_lines(gateway.run(MARGIN), here), *head_lines(compute, here), *head_lines(fo, here),
        *fact_lines(compute, here, compute.attempts[-1], None), *fact_lines(cube, here, None, None),
        *fact_lines(unknown(), here, None, output), *choice_lines([Offer(g.name, g) for g in GATES], here),
        *contacts_lines(CONTACTS, here), *ladder_lines(CONTACTS, "settlement-desk", here),
    ]  # fmt: skip
    assert [line.text for line in every if line.cells > width] == []


# gates
def test_what_can_be_lifted_is_what_the_rules_would_lift() -> None:
    assert [gate.name for gate in GATES if liftable(gate)] == [
        "dependency:compute", "start-time", "resource:warehouse-slots",
    ]  # fmt: skip


def test_a_time_is_told_once() -> None:
    opens = next(gate for gate in GATES if gate.opens_at)
    assert joined(gate_lines([opens], moment())).count("23:00") == 1
    assert "opens at 23:00" in joined(gate_lines([replace(opens, detail="too early")], moment()))


def test_a_task_says_what_it_holds_while_it_runs() -> None:
    view = FakeGateway().task(COMPUTE)
    holding = replace(
        view.definition, resources={"warehouse-slots": 2}, locks=(Lock("positions"), Lock("prices", LockMode.SHARED))
    )
    text = joined(fact_lines(replace(view, definition=holding), moment(160), None, None))
    assert "holds 2 of warehouse-slots, lock positions (exclusive), lock prices (shared)" in text


@pytest.mark.parametrize(
    ("exclude", "dry", "says"),
    [
        (True, True, "excluded it is skipped as soon as its run starts"),
        (False, True, "dry nothing is run; it is skipped once its gates are open"),
        (False, False, ""),
    ],
)
def test_a_task_says_that_it_runs_nothing(*, exclude: bool, dry: bool, says: str) -> None:
    view = FakeGateway().task(COMPUTE)
    marked = replace(view, definition=replace(view.definition, exclude=exclude, dry=dry))
    text = joined(fact_lines(marked, moment(160), None, None))
    assert says in text
    assert ("is skipped" in text, "nothing is run" in text) == (bool(says), dry and not exclude)


# people
def test_the_ladder_goes_by_the_time_since_the_first_call() -> None:
    text = joined(ladder_lines(CONTACTS, "settlement-desk", moment(44)))
    order = [text.index(f"{at} {name}") for at, name in (
        ("at once", "Settlement desk"), ("after 15m", "Margin on call"), ("after 45m", "Operations lead"),
    )]  # fmt: skip
    assert order == sorted(order)
    assert ladder_lines(CONTACTS, "nobody", moment(44)) == []
    loop = (Contact("a", "A", then={"b": timedelta(minutes=1)}), Contact("b", "B", then={"a": timedelta(minutes=1)}))
    assert sum("after" in line.text or "at once" in line.text for line in ladder_lines(loop, "a", moment(44))) == 2


def test_a_wide_list_of_contacts_has_one_line_for_each() -> None:
    assert len(contacts_lines(CONTACTS, moment(120))) == len(CONTACTS)
    assert len(contact_columns(120)) == 4
    assert len(contacts_lines(CONTACTS, moment(80))) > len(CONTACTS)


def test_text_that_has_no_room_is_cut_at_the_end_of_the_last_line() -> None:
    assert wrap_most("one two three four", 5, 9) == ["one", "two", "three", "four"]
    assert wrap_most("one two three four", 5, 2) == ["one", "two …"]


def test_a_gate_of_an_unheard_kind_is_not_offered() -> None:
    nobody = Gate(GateKind.DEPENDENCY, "dependency:x", open=False, detail="x", who_can_free="")
    assert not liftable(nobody)
    assert "it opens by itself" in joined(choice_lines([Offer("x", nobody)], moment()))


def test_waiting_tasks_of_the_same_run_need_no_line_of_their_own() -> None:
    view = FakeGateway().run(MARGIN)
    assert run_of(view, TaskName("release")).endswith("waits for cube, totals")
