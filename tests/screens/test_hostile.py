"""Foreign text that would steer a terminal or a markup parser is inert in every field of every screen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from boms_tui.errors import NotAuthorisedError
from boms_tui.model.condition import Dependency
from boms_tui.model.definition import Contact
from boms_tui.model.ids import AttemptId, ProcessId, RunId, TaskName
from boms_tui.model.records import Answer, CheckVerdict, Hold, Phase
from boms_tui.model.views import Effect, Gate, GateKind, Progress
from boms_tui.screens.gateway import Hint
from tests.screens.fake import FakeGateway, signed_in
from tests.screens.night import NOW
from tests.screens.stage import LARGE, SMALL, Stage, stage

EVIL = "\x1b]52;c;ZXZpbA==\x07\x1b[2J[/nope][@click=app.exit]x[/]\x9b31m\u202e\u200b\ud800\r\n\t:smile:"
SIGNS = ("[/nope]", "[@click=app.exit]x[/]")
RUN, TASK = RunId("settlement/eod-margin@2026-11-20.1"), "settlement/eod-margin@2026-11-20.1:compute"


def hostile_gateway() -> FakeGateway:
    """The night with the evil text wherever a definition, a person or a program could have put it."""
    gateway = FakeGateway(verdict=Answer.REJECTED, verdict_reason=EVIL)
    for name, process in gateway.definitions.items():
        tasks = {
            key: replace(task, title=EVIL, instructions=EVIL, pool=EVIL, contacts=(EVIL,))
            for key, task in process.tasks.items()
        }
        gateway.definitions[name] = replace(
            process, title=EVIL, instructions=EVIL, owner=EVIL, contacts=(EVIL,), tasks=tasks,
            after=(Dependency(process=ProcessId(EVIL)),),
        )  # fmt: skip
    for run in gateway.runs.values():
        gateway.runs[run.id] = replace(run, reason=EVIL, ordered_by=EVIL, acts_for=EVIL, parameters={EVIL: EVIL})
    for ref, task in gateway.tasks.items():
        gateway.tasks[ref] = replace(task, reason=EVIL)
    for ref, attempts in gateway.attempts.items():
        gateway.attempts[ref] = tuple(
            replace(attempt, reason=EVIL, kill_by=EVIL, node=EVIL, exit_code=1) for attempt in attempts
        )
        gateway.outputs[attempts[-1].id] = EVIL.encode("utf-8", "surrogatepass") * 3 + b"\xff\x00"
    gateway.contacts_ = (Contact(EVIL, EVIL, EVIL, EVIL, {EVIL: EVIL}),) * 2
    gateway.people = {EVIL: replace(gateway.people["asha"], name=EVIL, roles=(EVIL,))}
    gateway.gate_detail = EVIL
    gateway.instructions = EVIL
    gateway.said = {attempts[-1].id: Progress(50, EVIL, NOW) for attempts in gateway.attempts.values()}
    gateway.waits = dict.fromkeys(gateway.tasks, EVIL)
    gateway.checks = {ref: (_check(attempts[-1].id),) for ref, attempts in gateway.attempts.items()}
    gateway.gates = dict.fromkeys((TASK, f"{RUN}:cube"), (_gate(GateKind.DEPENDENCY), _gate(GateKind.HOLD)))
    gateway.placed = [Hold(EVIL, place, EVIL, EVIL, NOW) for place in ("/", EVIL)]
    gateway.effect = _hostile_effect  # type: ignore[method-assign, assignment]
    return gateway


def _check(attempt: AttemptId) -> CheckVerdict:
    return CheckVerdict(attempt, Phase.AFTER, 0, EVIL, passed=False, saw=EVIL, at=NOW)


def _gate(kind: GateKind) -> Gate:
    return Gate(kind, f"{kind}:{EVIL}", open=False, detail=EVIL, who_can_free=EVIL, by_itself=False)


def _hostile_effect(*_: object) -> Effect:
    return Effect((EVIL,), ((EVIL, EVIL),), (EVIL,))


@asynccontextmanager
async def hostile(size: tuple[int, int]) -> AsyncIterator[Stage]:
    async with stage(size, gateway=hostile_gateway(), signed_in=replace(signed_in("admin"), user=EVIL)) as at:
        yield at
        await at.pilot.pause()
        is_inert(at)
        assert at.app.is_running


def is_inert(at: Stage) -> None:
    """No control, bidi or zero-width character is on the screen, nor in what would be written."""
    for row in at.rows:
        assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 for c in row), repr(row)
        assert not set(row) & set("\u202e\u200b\ud800\ufeff"), repr(row)
    svg = at.app.export_screenshot()
    assert "\x1b" not in svg


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_board(size: tuple[int, int]) -> None:
    async with hostile(size) as at:
        await at.sees("[/nope]", "␛]52;c;")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_run_and_its_map(size: tuple[int, int]) -> None:
    async with hostile(size) as at:
        at.app.open_run(RUN)
        await at.sees("[/nope]", "compute")
        await at.press("j", "j", "j")
        is_inert(at)
        await at.press("m")
        await at.sees("compute")


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("task", ["compute", "cube"])
async def test_the_task(size: tuple[int, int], task: str) -> None:
    async with hostile(size) as at:
        at.app.open_task(f"{RUN}:{task}")
        await at.sees("[/nope]", "gates closed" if task == "cube" else "Checks of attempt 2: 1 of 1 failed")
        await at.press("z", "z")
        is_inert(at)


@pytest.mark.parametrize("size", [SMALL, LARGE])
@pytest.mark.parametrize("view", ["2", "3", "4"])
async def test_the_other_views(size: tuple[int, int], view: str) -> None:
    async with hostile(size) as at:
        await at.press(view)
        await at.sees("␛]52;c;")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_boxes_and_the_verdict(size: tuple[int, int]) -> None:
    async with hostile(size) as at:
        at.app.open_task(TASK)
        await at.sees("[/nope]", "Checks of attempt")
        await at.press("r")
        await at.sees("starts  ␛")
        is_inert(at)
        await at.press(*"why", "enter", "enter")
        await at.sees("refused:", "(22:14:07)")
        await at.press("4")
        await at.sees("␛]52;c;")
        await at.press("x")
        await at.sees("Disable ␛")
        is_inert(at)
        await at.press("escape")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_the_gates_to_free(size: tuple[int, int]) -> None:
    async with hostile(size) as at:
        at.app.open_task(f"{RUN}:cube")
        await at.sees("gates closed")
        await at.press("U")
        await at.sees("release lifts it", "[/nope]")
        is_inert(at)
        await at.press("enter")
        await at.sees("gate   ", "starts  ␛")
        is_inert(at)
        await at.press("escape")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_why_it_is_not_running(size: tuple[int, int]) -> None:
    async with hostile(size) as at:
        at.app.open_why(f"{RUN}:cube")
        await at.sees("2 root causes", "␛]52;c;", "[/nope]")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_what_is_known_of_an_unknown_task(size: tuple[int, int]) -> None:
    async with hostile(size) as at:
        at.app.open_task("settlement/contract-notes@2026-11-20.1:archive")
        await at.sees("nobody can prove", "last line", "␛]52;c;")
        is_inert(at)
        await at.press("v")
        await at.sees("known  ␛", "What really happened?")


async def test_the_palette() -> None:
    gateway = hostile_gateway()
    run = RunId(f"evil/{EVIL}@2026-11-20.1")
    gateway.runs[run] = replace(gateway.runs[RUN], id=run)
    async with stage(gateway=gateway, signed_in=signed_in("admin")) as at:
        await at.sees("LIVE")
        await at.press("colon", *"evil")
        await at.sees("Run evil/␛")
        is_inert(at)


async def test_sign_in() -> None:
    gateway = FakeGateway()

    def refuse(*_: str) -> None:
        raise NotAuthorisedError(EVIL, EVIL)

    gateway.sign_in = refuse  # type: ignore[method-assign, assignment]
    accounts = ((EVIL, "x", "viewer"), ("[/nope]", "x", "[@click=app.exit]x[/]"))
    async with stage(gateway=gateway, hint=Hint(accounts)) as at:
        await at.sees("1 [/nope]", "[@click=app.exit]x[/]")
        await at.press("1")
        await at.sees("[/nope]")
        is_inert(at)


async def test_names_that_no_definition_could_have_do_no_harm() -> None:
    gateway = FakeGateway()
    run, process = RunId(f"{EVIL}@2026-11-20.1"), ProcessId(EVIL)
    definition = gateway.definitions[ProcessId("risk/var")]
    tasks = {TaskName(EVIL): replace(definition.tasks[TaskName("scenarios")], name=TaskName(EVIL))}
    gateway.definitions[process] = replace(definition, id=process, tasks=tasks)
    gateway.runs[run] = replace(gateway.runs[RUN], id=run, process=process)
    gateway.tasks[f"{run}:{EVIL}"] = replace(gateway.tasks[TASK], run=run, task=TaskName(EVIL))
    gateway.outputs[AttemptId("none")] = b""
    async with stage(gateway=gateway, signed_in=signed_in()) as at:
        await at.sees("LIVE")
        is_inert(at)
        at.app.open_run(run)
        await at.sees("1/1 tasks")
        await at.press("j", "m")
        is_inert(at)
