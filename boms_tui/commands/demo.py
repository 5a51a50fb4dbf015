"""`boms demo`: the sample brokerage in a throw-away home with a runtime of its own; the console, or a whole night."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from types import FrameType

from boms_tui import clock
from boms_tui.commands import define, init, serve
from boms_tui.commands.client import Client
from boms_tui.commands.command import Command, Parser
from boms_tui.commands.context import Context
from boms_tui.commands.night import Night, Script, read_script
from boms_tui.commands.session import MemoryKeeper
from boms_tui.errors import BomsError, ExitCode, NoAnswerError
from boms_tui.model.picture import Catalogue
from boms_tui.model.planning import business_date_of, plan
from boms_tui.model.records import Answer
from boms_tui.model.states import ATTEMPT_LIVE, RUN_ENDED
from boms_tui.model.views import BoardQuery
from boms_tui.screens.gateway import Hint

_PASSWORD = "night-shift"  # noqa: S105 shown on the demo's own sign-in screen
ACCOUNTS = tuple((role, _PASSWORD, role) for role in ("viewer", "operator", "supervisor", "admin"))
_ZONE = "Asia/Kolkata"
"""Where the sample's brokerage is."""
_STARTS_WITHIN = 20.0
_STOPS_WITHIN = 10.0
_NIGHT_LIMIT = 900.0
_PATIENCE = 120.0
_TERMINATED = 143


def arguments(parser: Parser) -> None:
    parser.add_argument("--headless", action="store_true", help="run one business date to its end, without a terminal")
    parser.add_argument("--fast", action="store_true", help="a tenth of the trades and prices")


def demo(context: Context, given: Namespace) -> int:
    for name in [name for name in os.environ if name.startswith("BOMS_")]:
        del os.environ[name]
    headless = given.headless
    if not headless and not serve.has_terminal():
        context.out.note("there is no terminal for the console: running one night without it")
        headless = True
    with _throw_away_home() as folder:
        (folder / "boms.toml").write_text(f'timezone = "{_ZONE}"\n', encoding="utf-8")
        own = Context(context.out, home=str(folder), timeout=context.timeout)
        with own, _running_sample(own, fast=given.fast) as script:
            return _night(own, script) if headless else _console(own, script)


def _night(context: Context, script: Script) -> int:
    """One business date from its orders to its end, held against what the sample says."""
    out = context.out
    say = (lambda _: None) if out.as_json else out.line
    operator = _signed_in(context, "operator")
    day = last_planned_date(context.reader.catalogue(), clock.now())
    night = Night(operator, script, day, say)
    night.order()
    night.watch(limit=_NIGHT_LIMIT, patience=_PATIENCE)
    differences = list(night.differences())
    rows = night.board().values()
    if out.as_json:
        runs = [{"id": row.run.id, "state": row.run.state} for row in rows]
        out.json({"ok": not differences, "business_date": day, "runs": runs, "differences": differences})
    else:
        out.line()
        out.table(("RUN", "STATE", "TASKS", "STARTED", "ENDED"), [
            (row.run.id, row.run.state, row.total, row.run.started_at, row.run.ended_at) for row in rows
        ])  # fmt: skip
        out.line()
        for difference in differences:
            out.line(f"not as expected: {difference}")
        out.line("the night did not end as the sample says" if differences else "every run ended as the sample says")
    return ExitCode.REFUSED if differences else ExitCode.DONE


def _console(context: Context, script: Script) -> int:
    """The console on a night that has just been ordered: that of the current business date, or of the last one."""
    operator = _signed_in(context, "operator")
    catalogue = context.reader.catalogue()
    today = business_date_of(catalogue.processes[script.order[0]], clock.now())
    day = today if plan(catalogue, today).planned else last_planned_date(catalogue, clock.now())
    Night(operator, script, day, lambda _: None).order()
    return serve.open_console(context, Hint(ACCOUNTS))


@contextmanager
def _throw_away_home() -> Iterator[Path]:
    """A folder that is gone afterwards, also when the demo is interrupted or told to end."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(_TERMINATED)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    folder = Path(tempfile.mkdtemp(prefix="boms-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running_sample(context: Context, *, fast: bool) -> Iterator[Script]:
    """The sample applied, its accounts made and its runtime leading; afterwards both runtime and tasks are ended."""
    sample = sample_folder()
    shutil.copytree(
        sample / "work", context.home.work, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__")
    )
    if fast:
        (context.home.work / "scale").write_text("fast\n", encoding="utf-8")
    init.prepare(context)
    for user, password, role in ACCOUNTS:
        context.store.appoint(user, password, (role,))
    runtime = _start_runtime(context)
    try:
        _wait_for_leader(context, runtime)
        _apply(context, sample / "definitions")
        yield read_script(sample / "expected.yaml")
    finally:
        _interruptions_ignored()
        _end(context, runtime)


def sample_folder() -> Path:
    """The sample's folder: beside the code in an installed package, at the top of a checkout.

    Raises:
        BomsError: it is in neither place.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "data", package.parent / "data"):
        if (folder / "expected.yaml").is_file():
            return folder
    raise BomsError("the sample brokerage is not installed", "install the whole package: its wheel carries it")


def last_planned_date(catalogue: Catalogue, now: datetime) -> date:
    """The newest business date before the current one that has something planned: no schedule adds to it any more."""
    current = min(business_date_of(process, now) for process in catalogue.processes.values())
    days = (current - timedelta(days=back) for back in range(1, 15))
    return next((day for day in days if plan(catalogue, day).planned), current)


def _signed_in(context: Context, user: str) -> Client:
    client = Client(context.store, MemoryKeeper(), timeout=context.timeout)
    client.sign_in(user, _PASSWORD)
    return client


def _apply(context: Context, definitions: Path) -> None:
    texts = [source.raw.decode("utf-8") for source in define.read_sources([definitions])]
    manifest = context.store.inbox.put_documents(texts)
    verdict = _signed_in(context, "admin").act("apply", manifest, reason="the sample brokerage")
    if verdict.answer is not Answer.APPLIED:
        raise BomsError(f"the sample was refused: {verdict.reason}", "run `boms check` on its definitions")


def _start_runtime(context: Context) -> subprocess.Popen[bytes]:
    """A runtime in the background; its tasks find the Python that runs this program first."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    with _log_file(context).open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "boms_tui", "--home", str(context.home.path), "runtime", "--node", "demo"],
            env={**os.environ, "PATH": path}, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip


def _wait_for_leader(context: Context, runtime: subprocess.Popen[bytes]) -> None:
    pause = threading.Event()
    deadline = clock.monotonic() + _STARTS_WITHIN
    while not context.reader.pulse().led:
        if runtime.poll() is not None or clock.monotonic() > deadline:
            said = _log_file(context).read_text(encoding="utf-8", errors="replace").splitlines()
            raise NoAnswerError("the demo's runtime did not start", said[-1] if said else "it said nothing")
        pause.wait(0.02)


def _log_file(context: Context) -> Path:
    return context.home.logs / "runtime.log"


def _end(context: Context, runtime: subprocess.Popen[bytes]) -> None:
    """Cancel what is open, so that its tasks are killed, and stop the runtime; one that has died is replaced for it."""
    try:
        if runtime.poll() is not None and not context.reader.pulse().led:
            runtime = _start_runtime(context)
            _wait_for_leader(context, runtime)
        _cancel_all(context)
    except BomsError as error:
        context.out.error(error)
    runtime.terminate()
    try:
        runtime.wait(_STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        runtime.kill()
        runtime.wait()


def _cancel_all(context: Context) -> None:
    open_runs = [row.run for row in context.reader.board(BoardQuery()) if row.run.state not in RUN_ENDED]
    if not open_runs:
        return
    operator = _signed_in(context, "operator")
    for run in open_runs:
        operator.act("cancel", run.id, reason="the demo ends")
    pause = threading.Event()
    deadline = clock.monotonic() + _STOPS_WITHIN
    while clock.monotonic() < deadline and any(
        attempt.state in ATTEMPT_LIVE for run in open_runs for attempt in context.reader.attempts(run.id)
    ):
        pause.wait(0.1)


def _interruptions_ignored() -> None:
    """Nothing cuts the cleaning up short: it is bounded by itself."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


COMMANDS = {"demo": Command(demo, arguments)}
