"""A home with accounts, definitions and a real runtime behind it, and the command line run against it."""

import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any
from unittest import mock

from boms_tui import cli
from boms_tui.commands import init
from boms_tui.commands.context import Context
from boms_tui.commands.out import Out

PASSWORD = "correct horse"
ROLES = ("viewer", "operator", "supervisor", "admin")
DEFINITIONS = """\
process: night/good
title: All goes well
parameters: {region: {default: west, choices: [west, south]}}
tasks:
  first: {command: [sh, -c, "echo one; echo two"]}
  second: {after: [first], command: ["true"]}
---
process: night/bad
tasks:
  breaks:
    command: [sh, -c, 'printf "\\033]0;owned\\007no such file\\n"; exit 7']
  follows: {after: [breaks], command: ["true"]}
  alone: {command: ["true"]}
---
process: night/asks
instructions: Call the desk.
contacts: [desk]
tasks:
  question: {manual: {prompt: All well?}}
  answer: {after: [question], command: ["true"]}
---
process: night/long
tasks:
  sleeps: {command: [sh, -c, "echo begun; sleep 600"]}
  dreams: {after: [sleeps], command: ["true"]}
---
process: day/good
start: [{cron: "0 18 * * 1-5"}]
tasks:
  only: {command: ["true"]}
---
contact: desk
name: Desk
phone: "+91 22 5550 0101"
then: {oncall: 15m}
---
contact: oncall
name: On call
mail: oncall@example.com
"""


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Wait for a condition, which a runtime brings about."""
    pause = Event()
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        pause.wait(0.05)
    raise AssertionError("it did not come about in time")


@dataclass(frozen=True, slots=True)
class Said:
    """How one command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@dataclass
class House:
    """One home. Commands run in this process; the runtime is one of its own."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)

    def boms(self, *argv: str, user: str = "", stdin: str = "") -> Said:
        """One command line; `user` signs in by a password file, as a script does."""
        out, err = io.StringIO(), io.StringIO()
        environment = {**self._base(), **self.environment}
        if user:
            environment |= {"BOMS_USER": user, "BOMS_PASSWORD_FILE": str(self.path / "password")}
        with (
            mock.patch.dict(os.environ, environment, clear=True),
            mock.patch.object(sys, "stdin", io.StringIO(stdin)),
            redirect_stdout(out),
            redirect_stderr(err),
        ):
            code = cli.run(["--timeout", "60", *argv])
        return Said(int(code), out.getvalue(), err.getvalue())

    def prepare(self) -> None:
        """Store, keys and accounts; nobody leads yet."""
        with Context(Out(), home=str(self.path)) as context:
            init.prepare(context)
            for role in ROLES:
                context.store.appoint(role, PASSWORD, (role,))
        (self.path / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")

    def apply(self, text: str = DEFINITIONS) -> Said:
        file = self.path / "definitions.yaml"
        file.write_text(text, encoding="utf-8")
        return self.boms("apply", str(file), user="admin")

    @contextmanager
    def runtime(self, *options: str) -> Iterator[subprocess.Popen[bytes]]:
        """A runtime that leads within the block; its tasks die with it."""
        with (self.path / "runtime.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "boms_tui", "--home", str(self.path), "runtime", "--node", "n1", *options],
                env=self._base(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            with Context(Out(), home=str(self.path)) as context:
                until(lambda: context.reader.pulse().node == "n1", seconds=60)
            yield process
        finally:
            if process.poll() is None:
                self.end_all()
                process.send_signal(signal.SIGTERM)
                process.wait(20)

    def start(self, *argv: str, user: str = "") -> subprocess.Popen[str]:
        """One command line as a program of its own, with its answer to be read."""
        environment = {**self._base(), "BOMS_USER": user, "BOMS_PASSWORD_FILE": str(self.path / "password")}
        return subprocess.Popen(
            [sys.executable, "-m", "boms_tui", *argv],
            env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def end_all(self) -> None:
        """Leave no run open: runs of one process queue, and the next test may use the same one."""
        if runs := self._open_runs():
            self.boms("cancel", *runs, "-m", "the test ends", user="operator")
            until(lambda: not self._open_runs())

    def _open_runs(self) -> list[str]:
        states = {"waiting", "running", "stalled"}
        return [run["id"] for run in self.boms("runs", "--json").json if run["state"] in states]

    def _base(self) -> Mapping[str, str]:
        return {"BOMS_HOME": str(self.path), "HOME": str(self.path), "PATH": os.environ["PATH"]}
