"""Where definitions are applied: what they take for granted of the installation."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """`timezone` is that of processes that name none. `work` is the folder that relative paths start from, and `spool`
    the one that the runtime keeps for itself; both absolute, "" where nobody can tell.
    """

    timezone: str = "UTC"
    work: str = ""
    spool: str = ""


ANYWHERE = Site()
