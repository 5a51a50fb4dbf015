"""Freeing a gate: choose one of the closed ones, see what follows, say why, once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from boms_tui.errors import BomsError
from boms_tui.model.ids import RunId
from boms_tui.model.views import Gate, GateKind
from boms_tui.screens.confirm import Confirm
from boms_tui.screens.free import FreeBox
from boms_tui.screens.task import TaskScreen
from boms_tui.screens.widgets.linetable import LineTable
from tests.screens.boxes import fill, say_yes
from tests.screens.fake import FakeGateway, signed_in
from tests.screens.scenes import GATES, MARGIN
from tests.screens.stage import SMALL, Stage, stage

CUBE = f"{MARGIN}:cube"
LIMITS = RunId("risk/limits@2026-11-20.1")
WHY = "the desk asked for it"
START = Gate(GateKind.START_TIME, "start-time", open=False, detail="starts at 23:00 IST")


@asynccontextmanager
async def box(*gates: Gate, size: tuple[int, int] = SMALL) -> AsyncIterator[Stage]:
    """The box over a task that waits for these gates."""
    gateway = FakeGateway()
    gateway.gates[CUBE] = gates
    async with stage(size, gateway=gateway, signed_in=signed_in()) as at:
        at.app.open_task(CUBE)
        await at.sees("gates")
        await at.press("U")
        await at.until(lambda: isinstance(at.app.screen, FreeBox))
        await at.misses("reading its gates")
        yield at


def cursor(at: Stage) -> str:
    return at.app.screen.query_one("#gates", LineTable).cursor


async def test_every_closed_gate_is_listed_with_who_may_free_it_or_what_else_opens_it() -> None:
    async with box(*GATES, size=(160, 48)) as at:
        rows = [row[row.index("│") :] for row in at.rows if "│" in row and ("free it" in row or "it" in row)]
        said = {gate.name: next(row for row in rows if gate.name in row) for gate in GATES if not gate.open}
        assert "operator may free it" in said["dependency:compute"]
        assert "supervisor may free it" in said["resource:warehouse-slots"]
        assert "release lifts it" in said[f"hold:{MARGIN}"]
        assert "confirm opens it" in said["confirm"]
        assert "opens when an attempt of the pool ends" in said["slot:local"]
        assert "dependency:load-prices" not in "\n".join(rows)
        await at.sees("compute is failed", "starts at 23:00 IST", "4 of 4 held by", "held by ravi")


async def test_the_cursor_stops_only_on_what_can_be_freed() -> None:
    async with box(*GATES) as at:
        walked = [cursor(at)]
        for _ in range(4):
            await at.press("j")
            walked.append(cursor(at))
        last = "resource:warehouse-slots"
        assert walked == ["dependency:compute", "start-time", last, last, last]


async def test_a_single_gate_that_can_be_freed_takes_enter_and_a_reason() -> None:
    async with box(GATES[1], START) as at:
        assert cursor(at) == "start-time"
        seen = at.gateway.tasks[CUBE].version
        await at.press("enter")
        await at.sees("gate   start-time: starts at 23:00 IST", "starts  cube, totals, tell-desk")
        assert at.gateway.asked[f"effect free {CUBE} gate=start-time"] == 1
        await say_yes(at)
        await at.sees("a reason is required")
        await fill(at, {"#reason": WHY})
        await say_yes(at)
        await at.sees("✓ Free gate cube: done")
        assert at.gateway.acts == [
            {"verb": "free", "target": CUBE, "version_seen": seen, "reason": WHY, "parameters": {"gate": "start-time"},
             "secret": ""}
        ]  # fmt: skip


async def test_what_cannot_be_freed_cannot_be_chosen() -> None:
    async with box(GATES[1], GATES[4]) as at:
        await at.sees("None of these can be freed")
        await at.press("enter", "enter")
        assert isinstance(at.app.screen, FreeBox)
        await at.press("escape")
        assert isinstance(at.app.screen, TaskScreen)
        assert at.gateway.acts == []


async def test_without_a_closed_gate_it_says_so() -> None:
    async with box(GATES[6]) as at:
        await at.sees("No gate of it is closed")
        await at.press("enter")
        assert isinstance(at.app.screen, FreeBox)


async def test_a_gate_of_the_whole_run_is_lifted_for_the_run() -> None:
    gateway = FakeGateway()
    gateway.gates = {LIMITS: (START,), f"{LIMITS}:exposures": (START, GATES[0])}
    async with stage(gateway=gateway, signed_in=signed_in()) as at:
        at.app.open_task(f"{LIMITS}:exposures")
        await at.sees("gates closed")
        await at.press("U")
        await at.sees("operator may free it, for the run")
        assert cursor(at) == "run start-time"
        await at.press("enter")
        await at.sees("gate   start-time", f"on     {LIMITS} ")
        await fill(at, {"#reason": WHY})
        await say_yes(at)
        await at.until(lambda: at.gateway.acts)
        sent = at.gateway.acts[0]
        assert (sent["target"], sent["version_seen"]) == (LIMITS, gateway.runs[LIMITS].version)


async def test_a_run_is_freed_from_the_board_and_a_task_from_its_run() -> None:
    gateway = FakeGateway()
    gateway.gates = {LIMITS: (START,), CUBE: (GATES[0],)}
    async with stage(gateway=gateway, signed_in=signed_in()) as at:
        at.app.screen.query_one("#table", LineTable).choose(LIMITS)
        await at.press("U")
        await at.sees("start-time", "operator may free it", f"on     {LIMITS}")
        await at.press("escape")
        at.app.open_run(MARGIN)
        await at.sees("TRY NOTE")
        at.app.screen.query_one("#table", LineTable).choose(CUBE)
        await at.press("U")
        await at.sees("dependency:compute", f"on     {CUBE}")


async def test_the_version_is_that_of_the_moment_the_gates_were_read() -> None:
    gateway = FakeGateway()
    gateway.gates[CUBE] = (START,)
    async with stage(gateway=gateway, signed_in=signed_in()) as at:
        at.app.open_task(CUBE)
        await at.sees("gates closed")
        at.app.feed.stop()
        gateway.change_task(CUBE, reason="changed meanwhile")
        await at.press("U")
        await at.sees("operator may free it")
        await at.press("enter")
        await at.until(lambda: isinstance(at.app.screen, Confirm))
        await fill(at, {"#reason": WHY})
        await say_yes(at)
        await at.until(lambda: gateway.acts)
        assert gateway.acts[0]["version_seen"] == gateway.tasks[CUBE].version


async def test_gates_that_cannot_be_read_are_told() -> None:
    gateway = FakeGateway()
    async with stage(gateway=gateway, signed_in=signed_in()) as at:
        at.app.open_task(CUBE)
        await at.sees("gates closed")
        gateway.broken = BomsError("the store is busy", "try again")
        await at.press("U")
        await at.sees("the store is busy")


async def test_what_has_ended_has_no_gates_to_free() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.app.open_task(f"{MARGIN}:load-prices")
        await at.sees("Attempts")
        await at.press("U")
        await at.sees("Free gate is for what is")


async def test_a_run_that_has_started_points_to_its_tasks() -> None:
    async with stage(signed_in=signed_in()) as at:
        at.app.open_run(MARGIN)
        await at.sees("TRY NOTE")
        assert "Free gate" not in at.rows[-1]
        await at.press("U")
        await at.sees("settlement/eod-margin has started: its tasks have gates of their own")
