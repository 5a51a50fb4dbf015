"""What there is to see of the console: each scene goes from the board to one screen."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import time, timedelta

from boms_tui.model.definition import Deadlines
from boms_tui.model.downtime import BY_MISSED
from boms_tui.model.ids import ProcessId, RunId
from boms_tui.model.records import CheckVerdict, Hold, Late, Phase
from boms_tui.model.states import AttemptState, RunState, TaskState
from boms_tui.model.verbs import VERBS
from boms_tui.model.views import Gate, GateKind, Overdue, Progress
from tests.screens.fake import AT_ELEVEN, FakeGateway
from tests.screens.night import DAY, NOW
from tests.screens.stage import Stage

MARGIN, VAR = RunId("settlement/eod-margin@2026-11-20.1"), RunId("risk/var@2026-11-20.1")
VAR_PROCESS = ProcessId("risk/var")
FILES = RunId("compliance/exchange-files@2026-11-20.1")
OBLIGATIONS = RunId("settlement/obligations@2026-11-20.1")
NOTES = "settlement/contract-notes@2026-11-20.1:archive"
SECOND = timedelta(seconds=1)
EVIDENCE = "its shim ended without an exit record, and its program (pid 4001) has ended too"
GATES = (
    Gate(GateKind.DEPENDENCY, "dependency:compute", open=False, detail="compute is failed", by_itself=False),
    Gate(GateKind.HOLD, f"hold:{MARGIN}", open=False, by_itself=False,
         detail=f"{MARGIN} is held by ravi: the exchange sends a second file"),
    Gate(GateKind.START_TIME, "start-time", open=False, detail="starts at 23:00 IST", opens_at=AT_ELEVEN),
    Gate(GateKind.CONFIRM, "confirm", open=False, detail="waits for a person's yes", by_itself=False),
    Gate(GateKind.SLOT, "slot:local", open=False, detail="16 of 16 slots of local in use", who_can_free=""),
    Gate(GateKind.RESOURCE, "resource:warehouse-slots", open=False, who_can_free="supervisor",
         detail="needs 2 of warehouse-slots: 4 of 4 held by risk/var@2026-11-20.1:reprice-fo"),
    Gate(GateKind.DEPENDENCY, "dependency:load-prices", open=True, detail="load-prices is succeeded"),
)  # fmt: skip


def let_fail_a_check(gateway: FakeGateway, ref: str) -> None:
    """The newest attempt of a failed task ends check-failed, with the verdicts of its checks."""
    last = gateway.attempts[ref][-1]
    reason = "after: required output «totals match» was not found; it saw 412 lines, the last at 21:30:40"
    found = (
        (
            Phase.BEFORE,
            "file in/prices_20261120.csv, 1 byte or more, at most 24h old",
            "1,204,331 bytes, 3h02m old",
            True,
        ),
        (Phase.AFTER, "exit code 0 or 3", "exit code 0", True),
        (Phase.AFTER, "output without ORA-|ERROR", "none in 412 lines", True),
        (
            Phase.AFTER,
            "output with «totals match»",
            "not in 412 lines, the last of them «nothing was published»",
            False,
        ),
    )
    gateway.checks[ref] = tuple(
        CheckVerdict(last.id, phase, place, check, passed, saw, NOW - 43 * SECOND)
        for place, (phase, check, saw, passed) in enumerate(found)
    )
    ended = replace(last, state=AttemptState.CHECK_FAILED, exit_code=0, reason=reason)
    gateway.attempts[ref] = (*gateway.attempts[ref][:-1], ended)
    gateway.change_task(ref, reason=reason)


def let_wait(gateway: FakeGateway) -> None:
    """A ready task waits for units that another holds, and another for what nobody orders."""
    held = "waits for warehouse-slots: 4 of 4 held by risk/var@2026-11-20.1:reprice-fo"
    gateway.waits = {f"{MARGIN}:cube": held, f"{MARGIN}:totals": "nothing will order reference/limits@2026-11-20"}
    gateway.change_task(f"{MARGIN}:cube", state=TaskState.READY)


def let_say(gateway: FakeGateway, ref: str, meter: int | None, label: str) -> None:
    """The newest attempt of a task reports how far it is."""
    gateway.said[gateway.attempts[ref][-1].id] = Progress(meter, label, NOW - 4 * SECOND)


def let_outlive(gateway: FakeGateway, ref: str, number: int) -> None:
    """So many processes outlive the newest attempt of a task."""
    gateway.attempts[ref] = (*gateway.attempts[ref][:-1], replace(gateway.attempts[ref][-1], remain=number))


def let_be_missed(gateway: FakeGateway, run: RunId, state: RunState = RunState.MISSED, *, rest: str = "") -> None:
    """A run came due while no runtime ran, and has no tasks."""
    for ref in [ref for ref, task in gateway.tasks.items() if task.run == run]:
        del gateway.tasks[ref]
        gateway.attempts.pop(ref, None)
    due = NOW - timedelta(hours=3, minutes=44, seconds=7)
    gateway.change_run(
        run, state=state, ordered_by=BY_MISSED, ordered_at=NOW, started_at=None, ended_at=NOW,
        occurrence=f"cron:{due.isoformat()}", reason=f"due at 18:30 IST, when no runtime could order it{rest}",
    )  # fmt: skip


def hold_of(place: str, owner: str = "anna") -> Hold:
    return Hold(f"hold on {place}", place, owner, "month-end freeze", NOW - timedelta(minutes=74))


async def missed(at: Stage) -> None:
    let_be_missed(at.gateway, FILES)
    at.app.open_run(FILES)
    await at.sees("missed", "it has no tasks")


async def held(at: Stage) -> None:
    at.gateway.placed = [hold_of("archive/night")]
    await processes(at)
    await at.sees("HELD", "by anna")


async def board(at: Stage) -> None:
    await at.sees("needs a person", "LIVE")


def let_be_late(gateway: FakeGateway) -> None:
    """Runs are late or at risk, and two processes that something should have ordered have no run."""
    gateway.change_run(MARGIN, late=("finish-by",))
    gateway.change_run(VAR, late=("at-risk",), expected_end=NOW + timedelta(minutes=33))
    gateway.change_run(OBLIGATIONS, expected_end=NOW + timedelta(minutes=9))
    gateway.change_run(RunId("risk/limits@2026-11-20.1"), expected_end=NOW + timedelta(minutes=50))
    gateway.change_run(RunId("compliance/exchange-files@2026-11-20.1"), late=("start-by", "finish-by"))
    gateway.definitions[VAR_PROCESS] = replace(
        gateway.definitions[VAR_PROCESS],
        deadlines=Deadlines(finish_by=time(22, 30), max_duration=timedelta(hours=2)),
    )
    by = NOW.replace(minute=30, second=0)
    gateway.not_ordered = (
        Overdue(ProcessId("archive/night"), DAY, Late.START_BY, by, "Archive of the night"),
        Overdue(ProcessId("finance/fees"), DAY, Late.FINISH_BY, by - timedelta(hours=1), "Fees of the day"),
    )


async def late(at: Stage) -> None:
    let_be_late(at.gateway)
    await at.sees("finance/fees", "LATE", "ENDS")


async def at_risk(at: Stage) -> None:
    let_be_late(at.gateway)
    await at.sees("finance/fees")
    await at.press("end")
    await at.sees("at risk", "~22:47")


async def late_run(at: Stage) -> None:
    let_be_late(at.gateway)
    at.app.open_run(VAR)
    await at.sees("finish by 22:30")


async def run(at: Stage) -> None:
    let_say(at.gateway, f"{VAR}:reprice-fo", 42, "book 7 of 17")
    let_outlive(at.gateway, f"{VAR}:reprice-debt", 2)
    at.app.open_run(VAR)
    await at.sees("scenarios", "reprice-debt", "42%")


async def run_map(at: Stage) -> None:
    at.app.open_run(VAR)
    await at.sees("scenarios", "reprice-debt")
    await at.press("m")
    await at.sees("┌")


async def stalled(at: Stage) -> None:
    let_fail_a_check(at.gateway, f"{MARGIN}:compute")
    let_wait(at.gateway)
    why = at.gateway.tasks[f"{MARGIN}:compute"].reason
    at.gateway.change_run(
        MARGIN, reason=f"compute failed: {why}; totals: nothing will order reference/limits@2026-11-20"
    )
    at.app.open_run(MARGIN)
    await at.sees("TRY NOTE", "reference/limits")


async def task(at: Stage) -> None:
    at.app.open_task(f"{MARGIN}:compute")
    await at.sees("exit 3", "nothing was published")


async def running(at: Stage) -> None:
    let_say(at.gateway, f"{VAR}:reprice-fo", 42, "book 7 of 17: index options of the far months")
    at.app.open_task(f"{VAR}:reprice-fo")
    await at.sees("42%", "Attempts", "nothing was published")


async def checks(at: Stage) -> None:
    let_fail_a_check(at.gateway, f"{MARGIN}:compute")
    let_outlive(at.gateway, f"{MARGIN}:compute", 2)
    at.app.open_task(f"{MARGIN}:compute")
    await at.sees("1 of 4 failed", "nothing was published", "remain")


async def unknown(at: Stage) -> None:
    last = at.gateway.attempts[NOTES][-1]
    at.gateway.attempts[NOTES] = (replace(last, reason=EVIDENCE),)
    let_say(at.gateway, NOTES, 80, "notes of dealer 4,117")
    at.app.open_task(NOTES)
    await at.sees("nobody can prove", "exit 3")


async def resolve(at: Stage) -> None:
    await unknown(at)
    await at.press(VERBS["resolve"].key)
    await at.sees("What really happened?", "nothing stays blocked")


async def waiting(at: Stage) -> None:
    at.app.open_task(f"{MARGIN}:cube")
    await at.sees("gates closed")


async def gates(at: Stage) -> None:
    at.gateway.gates[f"{MARGIN}:cube"] = GATES
    await waiting(at)
    await at.press(VERBS["free"].key)
    await at.sees("dependency:compute", "Enter chooses")


async def free(at: Stage) -> None:
    await gates(at)
    await at.press("enter")
    await at.sees("compute is failed", "release (waits for a person)")


async def why(at: Stage) -> None:
    at.gateway.change_task(f"{MARGIN}:compute", state=TaskState.WAITING)
    at.app.open_task(f"{MARGIN}:release")
    await at.sees("gates closed")
    await at.press("w")
    await at.sees("2 root causes", "backs off", "What it waits for")


async def why_run(at: Stage) -> None:
    at.app.open_run(MARGIN)
    await at.sees("release", "stalled")
    await at.press("w")
    await at.sees("Root cause", "compute failed", "4 tasks wait")


async def processes(at: Stage) -> None:
    await at.press("2")
    await at.sees("archive", "Archive of the night")


async def order(at: Stage) -> None:
    await processes(at)
    await at.press("o")
    await at.sees("Business date", "once batch is filled in")


async def contacts(at: Stage) -> None:
    await at.press("3")
    await at.sees("Settlement desk")


async def users(at: Stage) -> None:
    await at.press("4")
    await at.sees("newcomer")


async def user(at: Stage) -> None:
    await users(at)
    await at.press("n")
    await at.sees("Initial password", "author")


async def confirm(at: Stage) -> None:
    await task(at)
    await at.press("f")
    await at.sees("release (waits for a person)")


async def retry(at: Stage) -> None:
    await task(at)
    await at.press("r")
    await at.sees("release (waits for a person)")
    await at.press(*"the exchange has sent its file again")


async def sign_in(at: Stage) -> None:
    await at.sees("Sample accounts", "needs a person")


async def keys(at: Stage) -> None:
    await at.press("question_mark")
    await at.sees("Force OK")


async def down(at: Stage) -> None:
    at.gateway.led = False
    await at.sees("RUNTIME DOWN")


Scene = Callable[[Stage], Awaitable[None]]
SCENES: dict[str, Scene] = {
    "board": board, "run": run, "map": run_map, "stalled": stalled, "task": task, "running": running, "checks": checks,
    "why": why, "why-run": why_run,
    "unknown": unknown, "resolve": resolve, "waiting": waiting, "gates": gates, "free": free, "processes": processes,
    "order": order, "contacts": contacts, "users": users, "user": user, "confirm": confirm, "help": keys, "down": down,
    "missed": missed, "held": held, "late": late, "at-risk": at_risk, "late-run": late_run,
}  # fmt: skip
"""By name; all but `sign_in`, which nobody has done yet."""
