"""What every job needs: its business date, its folders, its log and the size of the day."""

import argparse
import functools
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INDIA = timezone(timedelta(hours=5, minutes=30))
TRADES = {"full": 300_000, "fast": 30_000}

say = functools.partial(print, flush=True)


def parser(purpose: str | None) -> argparse.ArgumentParser:
    """A command line that begins with the business date, which every job is for."""
    arguments = argparse.ArgumentParser(description=purpose)
    arguments.add_argument("--date", type=date.fromisoformat, required=True, help="the business date")
    return arguments


def folder(name: str, day: date) -> Path:
    """The folder `name` of one business date, made where it is missing."""
    path = ROOT / name / day.isoformat()
    path.mkdir(parents=True, exist_ok=True)
    return path


def time_in(day: date) -> str:
    """How far a date has come in India: `10:42`; `24:00` once it is over, `00:00` before it begins."""
    now = datetime.now(INDIA)  # noqa: TID251 - a job that measures a moment has to know which
    return f"{now:%H:%M}" if day == now.date() else "24:00" if day < now.date() else "00:00"


def trades_a_day() -> int:
    """The size that the file `scale` in the work folder names; `full` without one."""
    try:
        word = (ROOT / "scale").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        word = "full"
    return TRADES[word]


def rupees(paise: int) -> str:
    """An amount for people to read."""
    sign, whole = ("-" if paise < 0 else ""), abs(paise)
    return f"INR {sign}{whole // 100:,}.{whole % 100:02}"
