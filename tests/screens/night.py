"""A brokerage's night as records: eight departments at 22:14 in Mumbai, some of it going wrong."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from boms_tui.model.condition import Dependency
from boms_tui.model.definition import Command, Contact, Manual, Parameter, Process, RetryPolicy, Task
from boms_tui.model.ids import ProcessId, RunId, TaskName, run_id
from boms_tui.model.records import Attempt, Run, TaskRun
from boms_tui.model.states import AttemptState, RunState, TaskState
from boms_tui.model.trigger import CronStart, ProcessStart

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 16, 44, 7, tzinfo=UTC)
ZONE = "Asia/Kolkata"
T, R, A = TaskState, RunState, AttemptState

CONTACTS = (
    Contact(
        "settlement-desk", "Settlement desk", "+91 22 5550 0101", "settlement@example.com",
        {"mon-fri": "08:00-20:00"}, {"margin-oncall": timedelta(minutes=15)},
    ),
    Contact(
        "margin-oncall", "Margin on call (Asha Rao)", "+91 22 5550 0144", "margin-oncall@example.com",
        {"mon-sun": "00:00-24:00"}, {"ops-lead": timedelta(minutes=30)},
    ),
    Contact("ops-lead", "Operations lead", "+91 22 5550 0100", "ops-lead@example.com"),
    Contact("risk-quants", "Risk analytics", "+91 22 5550 0170", "risk@example.com", {"mon-fri": "07:00-23:00"}),
    Contact("data-vendors", "Market data vendors", "+91 22 5550 0190", "vendors@example.com"),
)  # fmt: skip

# each line: process, title, start; then its tasks, each with its predecessors
_TEXT = """
reference/instruments | Instrument master | 0 17 * * 1-5
  fetch; validate fetch; publish validate
reference/holidays | Exchange holidays | 5 17 * * 1-5
  fetch; publish fetch
marketdata/prices | Closing prices | 0 18 * * 1-5
  receive-nse; receive-bse; merge receive-nse receive-bse; check-gaps merge; publish check-gaps
marketdata/fx-rates | FX fixings | 15 18 * * 1-5
  receive; check receive; publish check
trading/trades | Trade capture | 30 18 * * 1-5
  extract; load-equity extract; load-fo extract; load-debt extract
  enrich load-equity load-fo load-debt; publish enrich
trading/positions | End-of-day positions | trading/trades
  open; apply-trades open; corporate-actions open; net apply-trades corporate-actions; publish net
risk/var | Value at risk | trading/positions
  scenarios; reprice-equity scenarios; reprice-fo scenarios; reprice-debt scenarios
  aggregate reprice-equity reprice-fo reprice-debt; backtest aggregate; publish aggregate
risk/limits | Limit checks | risk/var
  exposures; compare exposures; breaches compare; sign-off breaches
settlement/eod-margin | End-of-day margin | 30 18 * * 1-5
  load-prices; load-positions; compute load-prices load-positions; cube compute; totals compute
  release cube totals; tell-desk compute
settlement/obligations | Settlement obligations | trading/positions
  collect; net collect; instruct net
settlement/contract-notes | Contract notes | trading/trades
  render; sign render; mail sign; archive sign
finance/ledger | Ledger postings | settlement/obligations
  map; post map; balance post
finance/reconciliation | Cash and stock reconciliation | finance/ledger
  statements; match-cash statements; match-stock statements; breaks match-cash match-stock
compliance/exchange-files | Regulatory files | risk/limits
  build; check build; upload check
archive/night | Archive of the night | 0 23 * * 1-5
  collect; compress collect; store compress
"""


def _processes() -> Mapping[str, tuple[str, str, Mapping[str, str]]]:
    """Title, start, and each task's predecessors, by process."""
    made: dict[str, tuple[str, str, dict[str, str]]] = {}
    name = ""
    for row in _TEXT.strip().splitlines():
        if row.startswith(" "):
            tasks = (entry.strip().partition(" ") for entry in row.split(";"))
            made[name][2].update({task: before for task, _, before in tasks})
        else:
            name, title, start = (part.strip() for part in row.split("|"))
            made[name] = (title, start, {})
    return made


INSTRUCTIONS = """Margin must be published before 21:30.
If the price file is late, call the exchange desk first, then retry `load-prices`.
Exit 3 means that the totals differ: compare them with the exchange's file before a retry."""


def _task(process: str, name: str, before: str) -> Task:
    after = tuple(Dependency(task=TaskName(item)) for item in before.split())
    if name in {"sign-off", "release"}:
        return Task(TaskName(name), Manual("Totals match the exchange's file?"), "Release of the results", after)
    folder = process.partition("/")[0]
    work = Command((f"bin/{folder}_{name.replace('-', '_')}.py", "--date", "${business_date:%Y%m%d}"))
    other = (Dependency(process=ProcessId("risk/var"), task=TaskName("publish")),) if name == "compute" else ()
    return Task(
        TaskName(name), work, name.replace("-", " ").capitalize(), after + other, RetryPolicy(2, timedelta(seconds=60)),
        timedelta(minutes=30), contacts=("margin-oncall",) if name == "compute" else (),
        instructions=INSTRUCTIONS if name == "compute" else "",
    )  # fmt: skip


def _start(text: str) -> CronStart | ProcessStart:
    return CronStart(text) if " " in text else ProcessStart(ProcessId(text))


def definitions() -> dict[ProcessId, Process]:
    """All processes of the night."""
    made = {}
    for name, (title, start, tasks) in _processes().items():
        process = ProcessId(name)
        asked = {"region": Parameter("west", ("south", "west")), "batch": Parameter()}
        made[process] = Process(
            process, {TaskName(task): _task(name, task, before) for task, before in tasks.items()}, title,
            INSTRUCTIONS if name == "settlement/eod-margin" else "", name.partition("/")[0], timezone=ZONE,
            parameters=asked if name == "archive/night" else {}, start=(_start(start),), contacts=("settlement-desk",),
        )  # fmt: skip
    return made


# process: state of the run, minutes before now it started, minutes it took (0: it goes on), why, states of its tasks
_RUNS: Mapping[str, tuple[RunState, int, int, str, str]] = {
    "reference/instruments": (R.SUCCEEDED, 314, 6, "", "s s s"),
    "reference/holidays": (R.SUCCEEDED, 309, 1, "", "s s"),
    "marketdata/prices": (R.SUCCEEDED, 254, 21, "", "s s s f-ok s"),
    "marketdata/fx-rates": (R.SUCCEEDED, 239, 4, "", "s s s"),
    "trading/trades": (R.SUCCEEDED, 224, 38, "", "s s s s s s"),
    "trading/positions": (R.SUCCEEDED, 186, 44, "", "s s skip s s"),
    "risk/var": (R.RUNNING, 41, 0, "", "s s run retry w w w"),
    "risk/limits": (R.WAITING, 0, 0, "waits for risk/var, which is running", "w w w w"),
    "settlement/eod-margin": (
        R.STALLED, 74, 0, "compute failed (exit 3) and nothing else can move", "s s fail w w w w",
    ),
    "settlement/obligations": (R.RUNNING, 12, 0, "", "s run w"),
    "settlement/contract-notes": (R.RUNNING, 33, 0, "", "s s run unknown"),
    "finance/ledger": (R.WAITING, 0, 0, "waits for settlement/obligations, which is running", "w w w"),
    "finance/reconciliation": (R.CANCELLED, 90, 3, "cancelled by ravi: statements are late", "s c c c"),
    "compliance/exchange-files": (R.FAILED, 66, 9, "upload failed (exit 2)", "s s fail"),
}  # fmt: skip

_STATES = {
    "s": T.SUCCEEDED, "w": T.WAITING, "run": T.RUNNING, "fail": T.FAILED, "retry": T.BACKOFF, "skip": T.SKIPPED,
    "unknown": T.UNKNOWN, "f-ok": T.FORCED_OK, "c": T.CANCELLED,
}  # fmt: skip
_CODES = {"compute": 3, "upload": 2, "reprice-debt": 75}
_STARTED = frozenset({T.SUCCEEDED, T.RUNNING, T.FAILED, T.BACKOFF, T.UNKNOWN})


def runs() -> dict[RunId, Run]:
    made = {}
    for name, (state, began, took, why, _) in _RUNS.items():
        process = ProcessId(name)
        started = NOW - timedelta(minutes=began) if began else None
        ended = started + timedelta(minutes=took, seconds=11) if started and took else None
        run = Run(
            run_id(process, DAY, 1), process, DAY, 1, 4, state, (started or NOW) - timedelta(seconds=2), "schedule",
            name.partition("/")[0], personal=False, occurrence="cron", started_at=started, ended_at=ended, reason=why,
            version=7,
        )  # fmt: skip
        made[run.id] = run
    return made


def task_runs(runs_: Mapping[RunId, Run], processes: Mapping[ProcessId, Process]) -> dict[str, TaskRun]:
    made = {}
    for run in runs_.values():
        states = [_STATES[word] for word in _RUNS[run.process][4].split()]
        tasks = list(processes[run.process].tasks)
        for place, (name, state) in enumerate(zip(tasks, states, strict=True)):
            task = _task_run(run, name, state, place, len(tasks))
            made[task.ref] = task
    return made


def _task_run(run: Run, name: TaskName, state: TaskState, place: int, of: int) -> TaskRun:
    if run.started_at is None or state not in _STARTED:
        reason = {T.SKIPPED: "skipped by ravi: none today", T.FORCED_OK: "forced ok by meera: gaps are known"}
        return TaskRun(run.id, name, state, reason=reason.get(state, ""), ended_at=run.ended_at, version=3)
    length = ((run.ended_at or NOW) - run.started_at) / of
    started = run.started_at + length * place
    ended = None if state in {T.RUNNING, T.UNKNOWN} else started + length * 9 / 10
    due = NOW + timedelta(seconds=42) if state is T.BACKOFF else None
    tries = 2 if state in {T.BACKOFF, T.FAILED} else 1
    return TaskRun(
        run.id,
        name,
        state,
        tries,
        tries,
        due_at=due,
        started_at=started,
        ended_at=ended,
        changed_at=ended or started,
        version=5,
    )


def attempts(tasks: Mapping[str, TaskRun]) -> dict[str, tuple[Attempt, ...]]:
    made = {}
    for ref, task in tasks.items():
        if task.started_at is not None:
            made[ref] = tuple(_attempt(task, number) for number in range(1, task.attempts + 1))
    return made


_OUTCOMES = {
    T.SUCCEEDED: A.SUCCEEDED, T.RUNNING: A.RUNNING, T.UNKNOWN: A.UNKNOWN, T.FAILED: A.FAILED, T.BACKOFF: A.FAILED,
}  # fmt: skip


def _attempt(task: TaskRun, number: int) -> Attempt:
    assert task.started_at is not None
    last = number == task.attempts
    state = _OUTCOMES[task.state] if last else A.FAILED
    started = task.started_at if last else task.started_at - timedelta(minutes=2)
    ended = task.ended_at if last else task.started_at - timedelta(minutes=1)
    code = {A.SUCCEEDED: 0, A.FAILED: _CODES.get(task.task, 1)}.get(state)
    reason = "no exit record and no process" if state is A.UNKNOWN else ""
    return Attempt(
        task.run, task.task, number, "prod-01", 3, started, state=state, pid=4000 + number, started_at=started,
        ended_at=ended, exit_code=code, reason=reason, output_bytes=5_120, version=2,
    )  # fmt: skip


LOG = "\n".join(
    [
        "19:41:02 margin: business date 2026-11-20, region west",
        *(
            f"19:41:{second:02} margin: account block {second:03}: {1200 + second * 7} positions, "
            f"{second * 31 % 97} calls"
            for second in range(3, 40)
        ),
        "19:44:12 margin: total of initial margin      4,182,991,204.55",
        "19:44:12 margin: total in the exchange's file 4,182,991,104.55",
        "19:44:12 margin: ERROR totals differ by 100.00 in block 017 (NSE:TATASTEEL)",
        "19:44:12 margin: nothing was published, exit 3",
        "",
    ]
)
