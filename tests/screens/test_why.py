"""The why screen: opened by a key, the root cause first, and from each line to what it speaks of."""

from zoneinfo import ZoneInfo

import pytest

from boms_tui.model.ids import RunId
from boms_tui.model.states import RunState, TaskState
from boms_tui.model.views import Gate, GateKind, Reason, Reasons
from boms_tui.screens.rows.why import ref_of, why_lines
from boms_tui.screens.run import RunScreen
from boms_tui.screens.task import TaskScreen
from boms_tui.screens.when import Moment
from boms_tui.screens.why import WhyScreen
from boms_tui.screens.widgets.linetable import LineTable
from tests.screens import scenes
from tests.screens.fake import FakeGateway, signed_in
from tests.screens.night import NOW, ZONE
from tests.screens.scenes import MARGIN, VAR
from tests.screens.stage import LARGE, SMALL, Stage, stage

COMPUTE = f"{MARGIN}:compute"


def lines(reasons: Reasons, width: int = 80) -> list[str]:
    return [line.text.rstrip() for line in why_lines(reasons, Moment(NOW, ZoneInfo(ZONE), width))]


def table(at: Stage) -> LineTable:
    return at.app.screen.query_one("#table", LineTable)


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("name", ["why", "why-run"])
async def test_the_screen_as_it_is_stored(name: str, size: tuple[int, int]) -> None:
    async with stage(size, signed_in=signed_in("admin")) as at:
        await scenes.SCENES[name](at)
        await at.snapshot(name if size == SMALL else f"{name}-wide")


async def test_w_asks_why_of_the_task_under_the_cursor_and_of_the_run() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.app.open_run(MARGIN)
        await at.sees("release", "stalled")
        await at.press("w")
        await at.sees("Root cause", "4 tasks wait for this")
        await at.press("escape")
        table(at).choose(f"{MARGIN}:cube")
        await at.press("w")
        await at.sees("Why is it not running?", f"{MARGIN}:cube", "compute failed")
        assert isinstance(at.app.screen, WhyScreen)


async def test_enter_goes_to_what_a_line_speaks_of() -> None:
    async with stage(signed_in=signed_in()) as at:
        await scenes.why(at)
        assert ref_of(table(at).cursor) == f"{VAR}:reprice-fo"
        await at.press("enter")
        assert isinstance(at.app.screen, TaskScreen)
        assert at.app.screen.ref == f"{VAR}:reprice-fo"
        await at.press("escape")
        table(at).choose(next(key for key in table(at)._rows if key.startswith(f"{MARGIN}:compute because")))
        assert ref_of(table(at).cursor) == f"{MARGIN}:compute"
        await at.press("escape")
        at.app.open_why(RunId("risk/limits@2026-11-20.1"))
        await at.sees("waits for nothing")
        await at.press("enter")
        assert isinstance(at.app.screen, WhyScreen)


async def test_enter_goes_to_a_run_too() -> None:
    gateway = FakeGateway()
    known = Reasons(COMPUTE, "waiting", roots=(Reason(f"{VAR} is stalled", VAR, state="stalled"),))
    gateway.why = lambda _: known  # type: ignore[method-assign, assignment]
    async with stage(gateway=gateway, signed_in=signed_in()) as at:
        at.app.open_why(COMPUTE)
        await at.sees("Root cause", "is stalled")
        await at.press("enter")
        assert isinstance(at.app.screen, RunScreen)
        assert at.app.screen.run_id == VAR


async def test_it_changes_while_it_is_looked_at_and_the_cursor_stays() -> None:
    async with stage(signed_in=signed_in()) as at:
        await scenes.why(at)
        table(at).choose(next(key for key in table(at)._rows if ref_of(key) == f"{VAR}:reprice-debt"))
        at.gateway.change_task(f"{VAR}:reprice-fo", state=TaskState.SUCCEEDED, ended_at=NOW)
        await at.misses("reprice-fo")
        await at.sees("Root cause")
        assert ref_of(table(at).cursor) == f"{VAR}:reprice-debt"
        at.gateway.change_task(f"{VAR}:reprice-debt", state=TaskState.FAILED, reason="exit code 75")
        await at.sees("failed: exit code 75", "retry or skip it")


async def test_a_run_that_has_gone_is_told() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.app.open_why(RunId("risk/none@2026-11-20.1"))
        await at.sees("there is no run risk/none@2026-11-20.1")


def test_lines_say_since_when_until_when_and_what_to_do() -> None:
    gate = Gate(GateKind.FILE, "file:in.csv", open=False, detail="it comes", opens_at=NOW)
    shown = lines(
        Reasons(
            COMPUTE, "waiting",
            because=(
                Reason("load is waiting", f"{MARGIN}:load", because=(Reason("+3 more"),)),
                Reason("in.csv: it comes", COMPUTE, gate, opens_at=NOW),
                Reason("tell is waiting", f"{MARGIN}:tell", state="waiting", cut="see above"),
            ),
            roots=(Reason("a failed", f"{MARGIN}:a", state="failed", since=NOW, advice="retry or skip it", waiting=1),),
            more=2,
        )
    )  # fmt: skip
    assert shown[0].startswith(" 3 root causes ─")
    assert shown[1:3] == [" ✗ a failed, since 22:14 (retry or skip it); 1 task waits for this", "   +2 more"]
    assert shown[4:] == [
        " ✗ load is waiting", "     +3 more", " ✗ in.csv: it comes, opens at 22:14", " · tell is waiting (see above)",
    ]  # fmt: skip


def test_every_gate_is_listed_with_who_may_free_it() -> None:
    hold = Gate(GateKind.HOLD, "hold:risk/", open=False, detail="risk/ is held by anna: x", by_itself=False)
    first = Gate(GateKind.DEPENDENCY, "dependency:a", open=False, detail="a is failed", who_can_free="supervisor")
    slot = Gate(GateKind.SLOT, "slot:local", open=True, detail="3 of 16 slots of local in use", who_can_free="")
    start = Gate(GateKind.START_TIME, "start-time", open=False, detail="too early", opens_at=NOW)
    shown = lines(
        Reasons(
            MARGIN, "running",
            gates=(
                Reason("open", MARGIN, slot), Reason("held", MARGIN, hold), Reason("early", VAR, start),
                *(Reason("failed", f"{MARGIN}:{name}", first) for name in ("b", "c")),
            ),
            because=(Reason("a failed", f"{MARGIN}:a"),), roots=(Reason("a failed", f"{MARGIN}:a"),),
        )
    )  # fmt: skip
    assert shown[2].startswith(" Gates: 3 of 4 closed ──")
    assert shown[3:] == [
        " ✗ hold:risk/  release lifts it (operator)", "     risk/ is held by anna: x",
        " ✗ start-time  operator may free it", "     too early, opens at 22:14",
        " ✗ dependency:a of 2 tasks  supervisor may free it", "     a is failed",
        " ✓ slot:local  open", "     3 of 16 slots of local in use",
    ]  # fmt: skip


def test_of_many_gates_some_are_listed() -> None:
    gates = [Gate(GateKind.FILE, f"file:{number}", open=False, detail=f"no file {number}") for number in range(25)]
    shown = lines(Reasons(COMPUTE, "waiting", gates=tuple(Reason("no", COMPUTE, gate) for gate in gates)))
    assert shown[1].startswith(" Gates: 25 of 25 closed ──")
    assert shown[-1] == "   +5 more"


async def test_w_asks_why_from_the_board_and_from_the_processes() -> None:
    async with stage(signed_in=signed_in()) as at:
        assert "w Why" in at.rows[-1]
        table(at).choose(MARGIN)
        await at.press("w")
        await at.sees("Why is it not running?", "compute failed")
        await at.press("2")
        await at.sees("Archive of the night", "w Why")
        await at.press("w")
        await at.sees("archive/night has no run yet; o orders one")
        table(at).choose("risk/limits")
        await at.press("w")
        await at.sees("Why is it not running?", "risk/limits@2026-11-20.1")


def test_a_line_that_is_too_long_goes_on_below_and_only_its_first_can_be_chosen() -> None:
    reasons = Reasons(COMPUTE, "waiting", roots=(Reason("a failed: " + "very " * 10 + "much", COMPUTE),) * 2)
    shown = why_lines(reasons, Moment(NOW, ZoneInfo(ZONE), 60))
    assert [line.pick for line in shown] == [False, True, False, True, False]
    assert all(line.cells <= 60 for line in shown)
    assert len({line.key for line in shown}) == len(shown)


def test_what_nothing_keeps_says_so() -> None:
    assert lines(Reasons(COMPUTE, RunState.SUCCEEDED)) == [" It is succeeded and waits for nothing."]
