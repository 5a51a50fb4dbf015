"""Intent before effect, seen at the moment between the two."""

import os
import signal
from pathlib import Path

from boms_tui.model.states import RunState
from tests.chaos.night import Night, Step
from tests.chaos.rig import Rig
from tests.runtime.house import wait_until


def test_nothing_is_launched_before_its_claim_is_committed(tmp_path: Path) -> None:
    """A runtime that is frozen before its first commit, which would claim, has put nothing into the spool."""
    with Rig(tmp_path, Night((Step("only"),))) as rig:
        rig.apply_night()
        rig.sign_in()
        rig.begin(failpoint="before-commit:1:stop")
        with rig.asking():
            assert rig.runtime is not None
            os.waitid(os.P_PID, rig.runtime.pid, os.WSTOPPED | os.WNOWAIT)
            published = list(rig.home.spool.glob("*/spec"))
            rig.runtime.send_signal(signal.SIGCONT)
        assert published == []
        rig.wait_quiet()
        assert rig.run(rig.ordered[0]).run.state is RunState.SUCCEEDED
        assert rig.findings() == ()


def test_sigterm_gives_the_lease_back_and_leaves_the_tasks_running(tmp_path: Path) -> None:
    door = tmp_path / "door"
    os.mkfifo(door)
    with Rig(tmp_path, Night((Step("only", options=(f"door={door}",)),))) as rig:
        rig.apply_night()
        rig.lead()
        rig.order_night()
        wait_until(rig.witnessed, "the task to start")
        assert rig.kill_runtime(signal.SIGTERM) == 0
        assert not rig.store.reader.pulse().led
        rig.lead()
        os.close(os.open(door, os.O_WRONLY))
        rig.wait_quiet()
        assert rig.findings() == ()
        assert len(rig.witnessed()) == 2
