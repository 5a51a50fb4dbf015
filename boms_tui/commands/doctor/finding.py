"""What a check of `boms doctor` says."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `next_step` is "" where nothing needs doing."""

    check: str
    status: Status
    detail: str
    next_step: str = ""


def judged(check: str, bad: Status, detail: str, next_step: str, *, found: bool) -> Finding:
    """A finding that is `bad` and asks for the next step where something was `found`, else fine."""
    return Finding(check, bad, detail, next_step) if found else Finding(check, Status.OK, detail)
