"""Every verb goes through the box once, with what the person saw and why; nothing is shown before it is so."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from textual.css.query import NoMatches

from boms_tui.errors import BomsError, ExitCode
from boms_tui.model.definition import Overlap, Parameter
from boms_tui.model.ids import ProcessId, RunId
from boms_tui.model.records import Answer
from boms_tui.model.states import TaskState
from boms_tui.model.verbs import VERBS, Level, On
from boms_tui.screens.account import AccountBox
from boms_tui.screens.confirm import Confirm
from boms_tui.screens.fields import Field, fields_of
from boms_tui.screens.task import TaskScreen
from boms_tui.screens.users import UsersScreen
from tests.screens.boxes import button, fill, say_yes
from tests.screens.fake import FakeGateway, rights, signed_in
from tests.screens.stage import Stage, stage

MARGIN, VAR = RunId("settlement/eod-margin@2026-11-20.1"), RunId("risk/var@2026-11-20.1")
NOTES = "settlement/contract-notes@2026-11-20.1:archive"
WHY = "the desk asked for it"


@dataclass(frozen=True)
class Case:
    """A verb, the task or run it is used on, and the parameters that its box sends by default."""

    verb: str
    target: str
    parameters: Mapping[str, str] = field(default_factory=dict)


CASES = (
    Case("retry", f"{MARGIN}:compute"),
    Case("skip", f"{MARGIN}:cube"),
    Case("force-ok", f"{MARGIN}:compute"),
    Case("hold", f"{MARGIN}:cube"),
    Case("hold", MARGIN),
    Case("release", f"{MARGIN}:cube"),
    Case("confirm", f"{MARGIN}:release", {"answer": "yes"}),
    Case("kill", f"{VAR}:reprice-fo"),
    Case("rerun", f"{MARGIN}:compute", {"only": "no"}),
    Case("cancel", MARGIN, {"leave": "no"}),
    Case("resolve", NOTES, {"as": "failed"}),
)


async def go_to(at: Stage, target: str) -> int:
    """Show the target's screen; the version that is seen there."""
    if ":" in target:
        at.app.open_task(target)
        await at.sees("Attempts")
        return at.gateway.tasks[target].version
    at.app.open_run(RunId(target))
    await at.sees("TRY NOTE")
    return at.gateway.runs[RunId(target)].version


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.verb}-{case.target.rpartition(':')[2]}")
async def test_each_verb_sends_one_request(case: Case) -> None:
    async with stage(signed_in=signed_in("admin")) as at:
        at.gateway.held = {case.target} if case.verb == "release" else set()
        seen = await go_to(at, case.target)
        verb = VERBS[case.verb]
        await at.press(verb.key)
        await at.until(lambda: isinstance(at.app.screen, Confirm))
        await at.sees(verb.label, case.target)
        name = case.target.rpartition(":")[2] if ":" in case.target else case.target.partition("@")[0]
        await fill(at, {"#reason": WHY, "#name": name if verb.level is Level.TYPE else ""})
        await say_yes(at)
        await at.until(lambda: len(at.gateway.acts) == 1)
        assert at.gateway.acts == [
            {"verb": case.verb, "target": case.target, "version_seen": seen, "reason": WHY,
             "parameters": dict(case.parameters), "secret": ""}
        ]  # fmt: skip
        await at.sees(f"✓ {verb.label}", "done")


async def test_every_verb_with_a_key_is_tried_here() -> None:
    elsewhere = {"order", "free"}
    assert {case.verb for case in CASES} | elsewhere == {verb.name for verb in VERBS.values() if verb.key}


async def test_the_box_says_what_follows() -> None:
    async with stage(signed_in=signed_in()) as at:
        await go_to(at, f"{MARGIN}:compute")
        await at.press("r")
        await at.sees("starts  cube, totals, tell-desk", "blocked release (waits for a person)", "✗ failed, attempt 2")


async def test_enter_alone_never_acts() -> None:
    async with stage(signed_in=signed_in()) as at:
        await go_to(at, f"{MARGIN}:compute")
        await at.press("r")
        await at.sees("starts")
        assert at.app.focused is not button(at, "yes")
        await at.press("enter", "enter", "enter")
        assert at.gateway.acts == []


async def test_reason_enter_enter_is_one_act_however_often_enter_is_pressed() -> None:
    async with stage(signed_in=signed_in()) as at:
        await go_to(at, f"{MARGIN}:compute")
        at.gateway.hold_acts.clear()
        await at.press("r", *"late file", "enter", "enter", "enter", "enter")
        await at.sees("waiting for the verdict")
        at.gateway.hold_acts.set()
        await at.sees("✓ Retry compute: done")
        assert [act["reason"] for act in at.gateway.acts] == ["late file"]


class WaitsForSomebodyError(BomsError):
    """As the client says that a second person is wanted."""

    exit_code = ExitCode.SECOND_PERSON


async def test_what_waits_for_a_second_person_is_no_failure() -> None:
    async with stage(signed_in=signed_in()) as at:
        await go_to(at, f"{MARGIN}:compute")
        at.gateway.act_error = WaitsForSomebodyError("pending q1", "a second person is wanted (policy production)")
        await at.press("r", *"late file", "enter", "enter")
        await at.sees("◷ Retry compute: a second person is wanted (policy production)")


async def test_an_act_under_way_is_not_sent_again() -> None:
    async with stage(signed_in=signed_in()) as at:
        await go_to(at, f"{MARGIN}:compute")
        at.gateway.hold_acts.clear()
        for _ in range(2):
            await at.press("r")
            await fill(at, {"#reason": WHY})
            await say_yes(at)
        await at.until(lambda: len(at.gateway.acts) == 1)
        at.gateway.hold_acts.set()
        await at.sees("done")
        assert len(at.gateway.acts) == 1


async def test_a_missing_reason_and_a_wrong_name_keep_the_box_open() -> None:
    async with stage(signed_in=signed_in()) as at:
        await go_to(at, f"{MARGIN}:compute")
        await at.press("f")
        await at.sees("Type compute")
        await say_yes(at)
        await at.sees("a reason is required")
        await fill(at, {"#reason": WHY, "#name": "cube"})
        await say_yes(at)
        await at.sees("type compute to confirm")
        assert at.gateway.acts == []
        await at.press("escape")
        assert not isinstance(at.app.screen, Confirm)


async def test_no_goes_back() -> None:
    async with stage(signed_in=signed_in()) as at:
        await go_to(at, f"{MARGIN}:compute")
        await at.press("r")
        await fill(at, {"#reason": WHY})
        button(at, "no").focus()
        await at.press("enter")
        assert not isinstance(at.app.screen, Confirm)
        assert at.gateway.acts == []


async def test_what_would_be_refused_cannot_be_sent() -> None:
    async with stage(gateway=FakeGateway(refusal="it is held by ravi"), signed_in=signed_in()) as at:
        await go_to(at, f"{MARGIN}:compute")
        await at.press("r")
        await at.sees("it would be refused: it is held by ravi")
        await fill(at, {"#reason": WHY})
        await say_yes(at)
        assert at.gateway.acts == []


async def test_a_refusal_says_why_and_changes_nothing() -> None:
    gateway = FakeGateway(verdict=Answer.REJECTED, verdict_reason="it was changed meanwhile: failed, now running")
    async with stage(gateway=gateway, signed_in=signed_in()) as at:
        await go_to(at, f"{MARGIN}:compute")
        await at.press("r")
        await fill(at, {"#reason": WHY})
        await say_yes(at)
        await at.sees("✗ Retry compute: refused: it was changed meanwhile", "✗ failed")


async def test_no_answer_is_told() -> None:
    async with stage(signed_in=signed_in()) as at:
        await go_to(at, f"{MARGIN}:compute")
        await at.press("r")
        await fill(at, {"#reason": WHY})

        def silent(*_: object, **__: object) -> None:
            raise BomsError("no verdict within 10 s", "look at the board before trying again")

        at.gateway.act = silent  # type: ignore[method-assign, assignment]
        await say_yes(at)
        await at.sees("no verdict within 10 s; look at the board")


async def test_nothing_is_shown_before_the_store_has_it() -> None:
    async with stage(signed_in=signed_in()) as at:
        await go_to(at, f"{MARGIN}:compute")
        await at.press("s")
        await fill(at, {"#reason": WHY})
        await say_yes(at)
        await at.sees("done")
        assert "✗ failed" in at.text
        at.gateway.change_task(f"{MARGIN}:compute", state=TaskState.SKIPPED)
        await at.sees("» skipped")


async def test_a_verb_that_does_not_fit_is_explained() -> None:
    async with stage(signed_in=signed_in()) as at:
        await go_to(at, f"{MARGIN}:cube")
        await at.press("r")
        await at.sees("Retry is for what is backoff or failed; cube is waiting")


async def test_a_role_without_the_right_has_no_key() -> None:
    async with stage(signed_in=signed_in("operator")) as at:
        await go_to(at, f"{MARGIN}:compute")
        await at.press("f")
        assert not isinstance(at.app.screen, Confirm)
        assert "Force OK" not in at.rows[-1]
        assert "Retry" in at.rows[-1]


async def test_an_order_carries_its_date_and_parameters() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.press("2")
        await at.sees("next         Fri 20 Nov 23:00")
        await at.press("o")
        await at.sees("Business date", "batch")
        assert at.app.focused is not button(at, "yes")
        await say_yes(at)
        await at.sees("batch is required")
        await fill(at, {"date": "2026-11-21", "parameter.batch": "7"})
        await say_yes(at)
        await at.sees("✓ Order archive/night: done")
        assert at.gateway.acts[0]["parameters"] == {
            "date": "2026-11-21", "parameter.region": "west", "parameter.batch": "7",
        }  # fmt: skip
        assert at.gateway.acts[0]["version_seen"] is None


async def test_an_order_off_its_calendar_is_forced_in_the_box() -> None:
    gateway = FakeGateway(refusal="2026-11-21 is none of its business dates (nse: Saturday); --force orders it")
    archive = ProcessId("archive/night")
    gateway.definitions[archive] = replace(gateway.definitions[archive], calendar="nse", parameters={})
    async with stage(gateway=gateway, signed_in=signed_in()) as at:
        await at.press("2")
        await at.sees("next         Fri 20 Nov 23:00")
        await at.press("o")
        await at.sees("Business date", "Even so", "it would be refused:", "Even so: yes orders it")
        assert "--force" not in at.text
        gateway.refusal = ""
        await at.press("enter", "right")
        await at.misses("it would be refused")
        await say_yes(at)
        await at.until(lambda: gateway.acts)
        assert gateway.acts[0]["parameters"] == {"force": "yes"}


async def test_a_verdict_speaks_of_the_box_and_not_of_the_command_line() -> None:
    gateway = FakeGateway(verdict=Answer.REJECTED, verdict_reason="none of its dates; --force orders it")
    async with stage(gateway=gateway, signed_in=signed_in()) as at:
        await go_to(at, f"{MARGIN}:compute")
        await at.press("r")
        await fill(at, {"#reason": WHY})
        await say_yes(at)
        await at.sees("refused: none of its dates; Even so: yes orders it")


def test_only_what_may_need_it_can_be_forced() -> None:
    night = FakeGateway().definitions[ProcessId("reference/holidays")]
    asks = [
        "force" in {field.name for field in fields_of("order", On.PROCESS, process)}
        for process in (None, night, replace(night, overlap=Overlap.SKIP))
    ]
    assert asks == [True, False, True]


async def test_a_box_with_many_fields_keeps_its_buttons_in_reach() -> None:
    gateway = FakeGateway()
    archive = ProcessId("archive/night")
    asked = {f"field-{number:02}": Parameter() for number in range(14)}
    gateway.definitions[archive] = replace(gateway.definitions[archive], parameters=asked)
    async with stage(gateway=gateway, signed_in=signed_in()) as at:
        await at.press("2")
        await at.sees("next         Fri 20 Nov 23:00")
        await at.press("o")
        await at.sees("Business date", "No, go back", "Yes: Order")
        await at.press(*["tab"] * 14)
        await at.sees("field-13")
        await fill(at, {f"parameter.{name}": name for name in asked})
        await say_yes(at)
        await at.until(lambda: gateway.acts)
        assert len(gateway.acts[0]["parameters"]) == 14


async def test_a_choice_is_turned_with_the_arrows() -> None:
    async with stage(signed_in=signed_in("admin")) as at:
        await go_to(at, NOTES)
        await at.press("v")
        await at.sees("What really happened?")
        await at.press("down", "right", "up")
        await fill(at, {"#reason": WHY})
        await say_yes(at)
        await at.until(lambda: at.gateway.acts)
        assert at.gateway.acts[0]["parameters"] == {"as": "ok"}


async def test_what_would_follow_is_asked_again_for_every_choice() -> None:
    async with stage(signed_in=signed_in("admin")) as at:
        await go_to(at, NOTES)
        await at.press("v")
        await at.sees("starts  nothing", "its work is done; what depends on it goes on")
        await at.press("down")
        await at.sees("starts  cube, totals, tell-desk")
        await at.press("up")
        await at.sees("starts  nothing")
        assert at.gateway.asked[f"effect resolve {NOTES} as=ok"] == 1
        assert at.gateway.asked[f"effect resolve {NOTES} as=failed"] == 2


async def test_a_refusal_that_no_longer_holds_is_taken_back() -> None:
    async with stage(signed_in=signed_in("admin")) as at:
        await go_to(at, NOTES)
        at.gateway.refusal = "it still runs"
        await at.press("v")
        await at.sees("it would be refused: it still runs")
        at.gateway.refusal = ""
        await at.press("down")
        await at.misses("it would be refused")
        await fill(at, {"#reason": WHY})
        await say_yes(at)
        await at.until(lambda: at.gateway.acts)


async def test_an_order_says_what_follows_once_its_parameters_are_there() -> None:
    async with stage(signed_in=signed_in()) as at:
        await at.press("2")
        await at.sees("next         Fri 20 Nov 23:00")
        await at.press("o")
        await at.sees("shows once batch is filled in")
        assert not [name for name in at.gateway.asked if name.startswith("effect order")]
        await at.press(*"2026-11-21", "enter", "enter", *"7", "enter")
        await at.sees("nothing stays blocked")
        wanted = "effect order archive/night date=2026-11-21 parameter.batch=7 parameter.region=west"
        assert at.gateway.asked[wanted] == 1


ACCOUNTS: tuple[tuple[str, str, dict[str, str], dict[str, Any]], ...] = (
    ("n", "newhand", {"user": "newhand", "secret": "first pass phrase", "again": "first pass phrase"},
     {"parameters": {"do": "add", "roles": "operator"}, "secret": "first pass phrase", "version_seen": None}),
    ("x", "asha", {}, {"parameters": {"do": "disable"}, "secret": "", "version_seen": 2}),
    ("b", "asha", {}, {"parameters": {"do": "enable"}, "secret": "", "version_seen": 2}),
    ("w", "asha", {"secret": "another phrase", "again": "another phrase"},
     {"parameters": {"do": "reset"}, "secret": "another phrase", "version_seen": 2}),
    ("p", "asha", {}, {"parameters": {"do": "roles", "roles": "supervisor"}, "secret": "", "version_seen": 2}),
)  # fmt: skip


@pytest.mark.parametrize(("key", "user", "values", "expected"), ACCOUNTS, ids=lambda value: str(value)[:8])
async def test_an_admin_changes_accounts(key: str, user: str, values: dict[str, str], expected: dict[str, Any]) -> None:
    async with stage(signed_in=signed_in("admin")) as at:
        await at.press("4")
        await at.sees("newcomer")
        await at.press(key)
        await at.until(lambda: isinstance(at.app.screen, AccountBox))
        await at.pilot.pause(0.1)
        await fill(at, values)
        await say_yes(at)
        await at.until(lambda: at.gateway.acts)
        assert at.gateway.acts == [{"verb": "users", "target": user, "reason": "", **expected}]


async def test_two_passwords_must_be_the_same() -> None:
    async with stage(signed_in=signed_in("admin")) as at:
        await at.press("4")
        await at.sees("newcomer")
        await at.press("n")
        await fill(at, {"user": "newhand", "secret": "one", "again": "two"})
        await say_yes(at)
        await at.sees("the two passwords differ")
        await at.press("escape")
        assert isinstance(at.app.screen, UsersScreen)
        assert at.gateway.acts == []


async def test_only_an_admin_has_the_keys_of_accounts() -> None:
    async with stage(signed_in=signed_in("supervisor")) as at:
        await at.press("4")
        await at.sees("newcomer", "an admin can change them")
        await at.press("n", "x", "enter")
        assert isinstance(at.app.screen, UsersScreen)


def test_rights_and_fields_are_read_from_the_table() -> None:
    assert rights("viewer") == frozenset()
    assert Field("a", "b").choices == ()


async def test_a_box_that_is_left_at_once_draws_nothing_any_more() -> None:
    async with stage(signed_in=signed_in("admin")) as at:
        await go_to(at, NOTES)
        await at.press("v")
        await at.sees("What really happened?")
        box = at.app.screen
        assert isinstance(box, Confirm)
        box.action_cancel()
        await at.until(lambda: at.app.screen is not box and not box.is_attached)
        with pytest.raises(NoMatches):
            box._say("too late", "warn")
        box._draw_if_open(box._say, "too late", "warn")


async def test_output_that_comes_before_the_screen_stands_waits_for_it() -> None:
    async with stage(signed_in=signed_in()) as at:
        early = TaskScreen(NOTES)
        early._draw_log()
        assert early.interest.key == NOTES
        assert at.app.is_running
