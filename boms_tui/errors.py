"""Errors a person reads: what happened, and the next step to take."""

from collections.abc import Mapping
from enum import IntEnum


class ExitCode(IntEnum):
    """What the command line ends with (DESIGN.md section 6)."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    NO_ANSWER = 3
    NOT_AUTHORISED = 4
    SECOND_PERSON = 5


class BomsError(Exception):
    """Something the user must know about.

    `title` says what happened in one line; `next_step` says what to do about it. `answer` is what a script is told
    of it as JSON, where that is more than an exit code.
    """

    exit_code = ExitCode.REFUSED
    answer: Mapping[str, object] | None = None

    def __init__(self, title: str, next_step: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.next_step = next_step


class UsageError(BomsError):
    """The command, or a definition it was given, is wrong."""

    exit_code = ExitCode.USAGE


class NoAnswerError(BomsError):
    """The runtime or the store does not answer."""

    exit_code = ExitCode.NO_ANSWER


class NotAuthorisedError(BomsError):
    """Sign-in, session, identity or right was refused."""

    exit_code = ExitCode.NOT_AUTHORISED


class MustChangeError(NotAuthorisedError):
    """The password is right, and must be changed before anything else."""
