"""The sample's scripts keep what expected.yaml promises, at the size that `boms demo --fast` takes."""

import csv
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from tests.data import night
from tests.data.sample import DATA, expected

FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)
TRADES = 30_000
TORN = "settlement/obligations:fetch-exchange-file"


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A node's work folder as `boms demo --fast` makes it."""
    folder = tmp_path / "work"
    shutil.copytree(DATA / "work", folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "scale").write_text("fast\n", encoding="utf-8")
    return folder


@pytest.mark.timeout(300)
def test_two_nights_in_a_row_go_as_expected(work: Path) -> None:
    for day in (FRIDAY, MONDAY):
        done = night.run(work, day)
        assert_as_expected(done)
        assert_explains_itself(done[TORN][0].output)
        assert_balances(work, day)
    held = {tuple(row[:2]): row[5] for row in records(work / f"out/{FRIDAY}/trading/positions.csv") if row[5] != "0"}
    carried = {tuple(row[:2]): row[2] for row in records(work / f"out/{MONDAY}/trading/positions.csv") if row[2] != "0"}
    assert carried == held


@pytest.mark.timeout(300)
def test_a_task_that_runs_again_changes_nothing_and_checks_find_a_paisa(work: Path) -> None:
    done = night.run(work, FRIDAY)
    refs = [ref for ref, attempts in reversed(done.items()) if attempts]
    before = fingerprint(work)
    night.again(work, FRIDAY, refs)
    assert fingerprint(work) == before

    with closing(sqlite3.connect(work / "warehouse.db")) as warehouse, warehouse:
        warehouse.execute("UPDATE fund_obligation SET amount = amount + 1 WHERE client_id = 'C0007'")
    with (work / f"out/{FRIDAY}/regulatory/turnover.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    found = {"settlement/obligations:compare-obligations": "WRONG", "regulatory/filings:verify-files": "was changed"}
    for ref, says in found.items():
        attempt = night.start(night.steps()[ref], work, FRIDAY)
        assert not attempt.succeeded
        assert says in attempt.output


@pytest.mark.timeout(300)
def test_what_comes_from_outside_finds_its_night_and_leaves_the_same_twice(work: Path) -> None:
    assert "no positions before" in only(work, "risk/intraday:measure-exposure").output
    night.run(work, FRIDAY)

    assert FRIDAY.isoformat() in only(work, "risk/intraday:measure-exposure", MONDAY).output
    revision, confirmations = steps_of("market-data/price-revision"), steps_of("settlement/confirmations")
    assert all(night.start(step, work, FRIDAY).succeeded for step in revision)
    changes = [*records(work / f"out/{FRIDAY}/market-data/price-changes.csv")]
    assert changes
    assert all(close != revised for _, close, revised, *_ in changes)

    came = sent(work)
    assert all(night.start(step, work, FRIDAY, came).succeeded for step in confirmations)
    shortages = [*records(work / f"out/{FRIDAY}/depository/shortages.csv")]
    assert shortages
    assert all(int(instructed) < int(confirmed) <= 0 for *_, instructed, confirmed, _ in shortages)

    before = fingerprint(work)
    assert sent(work) == came
    assert all(night.start(step, work, FRIDAY, came).succeeded for step in [*revision, *confirmations])
    assert fingerprint(work) == before


def test_a_damaged_confirmation_is_refused_with_what_to_do(work: Path) -> None:
    (work / "inbox").mkdir()
    (work / "inbox/torn.csv").write_text("client_id,confirmed\nC0001,5\n", encoding="utf-8")
    attempt = night.start(night.steps()["settlement/confirmations:load-confirmations"], work, FRIDAY, "inbox/torn.csv")
    assert not attempt.succeeded
    assert "REFUSED torn.csv" in attempt.output
    assert "NEXT STEP" in attempt.output


def steps_of(process: str) -> list[night.Step]:
    return [step for ref, step in night.steps().items() if ref.startswith(f"{process}:")]


def only(work: Path, ref: str, day: date = FRIDAY) -> night.Attempt:
    attempt = night.start(night.steps()[ref], work, day)
    assert attempt.succeeded, attempt.output
    return attempt


def sent(work: Path) -> str:
    """The depository's answer to Friday's files, as a path below the work folder."""
    sending = [sys.executable, "bin/send.py", "confirmations", "--date", FRIDAY.isoformat()]
    subprocess.run(sending, cwd=work, check=True, stdout=subprocess.DEVNULL)
    return f"inbox/confirmations_{FRIDAY:%Y%m%d}.csv"


def assert_as_expected(done: dict[str, list[night.Attempt]]) -> None:
    for process, promised in expected()["runs"].items():
        tasks = {ref.partition(":")[2]: found for ref, found in done.items() if ref.startswith(f"{process}:")}
        for task, found in tasks.items():
            not_needed = promised.get("tasks", {}).get(task) == "not-needed"
            attempts = promised.get("attempts", {}).get(task, [] if not_needed else ["succeeded"])
            assert [one.succeeded for one in found] == [state == "succeeded" for state in attempts], f"{process}:{task}"


def assert_explains_itself(log: str) -> None:
    for word in ("expected", "got", "missing", "NEXT STEP", "retry this task"):
        assert word in log


def assert_balances(work: Path, day: date) -> None:
    """The totals of the night, worked out again from the files alone."""
    came, left = work / f"in/{day}", work / f"out/{day}"
    booked = [*records(came / "trades-equity.csv"), *records(came / "trades-derivatives.csv")]
    turnover = sum(int(trade[7]) for trade in booked)
    assert len(booked) == TRADES
    assert turnover == control(came / "exchange-trades.csv")
    assert turnover == control(left / "regulatory/turnover.csv")
    assert turnover == control(left / "contract-notes/contract-note-index.csv")

    obligations = list(records(came / "obligations.csv"))
    funds = sum(int(row[2]) for row in obligations)
    shares = sum(int(net) for symbol, net, _ in obligations if symbol.isalpha())
    assert funds == control(left / "settlement/obligations.csv")
    assert shares == fixed_control(left / "depository/securities-pay-out.txt") - fixed_control(
        left / "depository/securities-pay-in.txt"
    )

    charges = sum(int(row[2]) for row in records(left / "contract-notes/contract-note-index.csv"))
    paid = fixed_control(left / "bank/payouts.txt") - fixed_control(left / "bank/collections.txt")
    with closing(sqlite3.connect(work / "warehouse.db")) as warehouse:
        withheld = warehouse.execute("SELECT sum(withheld) FROM payout WHERE business_date = ?", (str(day),)).fetchone()
    assert paid + withheld[0] == funds - charges
    assert control(left / "finance/trial-balance.csv") == 0
    assert (work / f"sent/{day}/bank/payouts.txt").read_bytes() == (left / "bank/payouts.txt").read_bytes()
    assert (work / f"archive/{day}/files.tar.gz").stat().st_size > 100_000


def records(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        yield from (row for row in rows if row[0] != "TRAILER")


def control(path: Path) -> int:
    """What the trailer of a CSV file says, which the records must sum up to."""
    _, told, total = path.read_text(encoding="utf-8").splitlines()[-1].split(",")
    assert int(told) == sum(1 for _ in records(path))
    return int(total)


def fixed_control(path: Path) -> int:
    return int(path.read_text(encoding="utf-8").splitlines()[-1][19:])


def fingerprint(work: Path) -> dict[str, str]:
    """Everything a night leaves: files by content, tables by their rows."""
    kept = ("in", "out", "sent", "messages", "archive/2026-11-20/files.tar.gz", "outside/book")
    files = (path for name in kept for path in ([*(work / name).rglob("*")] or [work / name]) if path.is_file())
    found = {str(path.relative_to(work)): sha256(path.read_bytes()).hexdigest() for path in files}
    with closing(sqlite3.connect(work / "warehouse.db")) as warehouse:
        for (table,) in warehouse.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            rows = warehouse.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()  # noqa: S608 - a table's name
            found[table] = sha256(repr(rows).encode()).hexdigest()
    return found
