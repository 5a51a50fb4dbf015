"""Passwords from a person's keyboard or from standard input; never from the command line."""

import sys
from getpass import getpass

from boms_tui.errors import UsageError


def new_password(who: str, *, from_stdin: bool) -> str:
    """A new password for `who`, asked for twice where a person types it.

    Raises:
        UsageError: there is nobody to ask, or the two differ.
    """
    if from_stdin:
        return line_from_stdin()
    first = ask(f"new password for {who}: ")
    if first != ask("once more: "):
        raise UsageError("the two passwords differ", "try again")
    return first


def ask(prompt: str) -> str:
    """What a person types, unseen.

    Raises:
        UsageError: there is no terminal.
    """
    if not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask for a password", "give it with --password-stdin")
    return getpass(prompt)


def line_from_stdin() -> str:
    """The next line of standard input.

    Raises:
        UsageError: there is none, or it is empty.
    """
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise UsageError("standard input has no password", "write it there, on one line")
    return line
