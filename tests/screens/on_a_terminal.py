"""Run by the terminal tests in a process of its own: the console on a fake night, for real."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import cast

from boms_tui.errors import UsageError
from boms_tui.model.views import Pulse
from boms_tui.screens.main import run_console
from tests.screens.fake import HINT, FakeGateway, signed_in
from tests.screens.night import ZONE


class Breaking(FakeGateway):
    """Answers with something that no screen can show."""

    def pulse(self) -> Pulse:
        secret = cast("str", b"canary-of-the-crash")
        return replace(super().pulse(), node=secret)


def main(log: str, mode: str) -> int:
    gateway = Breaking() if mode == "broken" else FakeGateway()
    try:
        return run_console(
            gateway, hint=HINT, zone=ZONE, signed_in=signed_in() if mode != "sign-in" else None, log_path=Path(log)
        )
    except UsageError as error:
        sys.stderr.write(f"{error.title}: {error.next_step}\n")
        return int(error.exit_code)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
