"""The exit record: whoever looks sees it whole or not at all, and it needs no room that was not taken before."""

import os
import signal

import pytest

from boms_tui.runtime.spool.found import Alive
from tests.runtime.workshop import Workshop, both_shims, finish

pytestmark = both_shims


@pytest.mark.parametrize("point", ["mid-record", "recorded"])
def test_a_record_has_its_name_only_when_it_is_whole(shop: Workshop, point: str) -> None:
    folder = shop.publish(*shop.witnessed_work("code=7"))
    shim = shop.shim(environment={"BOMS_SHIM_FAILPOINT": f"{point}:1:stop"})
    os.waitid(os.P_PID, shim.pid, os.WSTOPPED)
    assert not (folder / "exit.rec").exists()
    assert point == "recorded" or isinstance(shop.spool.adopt(shop.attempt), Alive)
    shim.send_signal(signal.SIGCONT)
    assert finish(shim) == 0
    assert shop.record().code == 7


def test_the_room_for_the_record_is_taken_before_the_decision(shop: Workshop) -> None:
    folder = shop.publish()
    shim = shop.shim(environment={"BOMS_SHIM_FAILPOINT": "before-link:1:stop"})
    os.waitid(os.P_PID, shim.pid, os.WSTOPPED)
    assert (folder / "exit.tmp").stat().st_blocks > 0
    taken = (folder / "exit.tmp").stat().st_ino
    shim.send_signal(signal.SIGCONT)
    assert finish(shim) == 0
    assert (folder / "exit.rec").stat().st_ino == taken, "the record is that file under its final name"
