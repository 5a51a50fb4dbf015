"""The spool's own acts killed at each of their system calls: whoever asks next gets one true answer."""

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from boms_tui.runtime.shim.files import DECIDED
from boms_tui.runtime.spool.found import Void
from boms_tui.runtime.spool.spool import AlreadyPublishedError
from tests.runtime.workshop import Workshop, finish, needs_strace

pytestmark = needs_strace
ACT = """
import sys
from pathlib import Path
from boms_tui.runtime.ports import Spec
from boms_tui.runtime.spool.spool import Spool
spool, attempt = Spool(Path(sys.argv[1])), sys.argv[2]
spool.{act}
"""
CALLS = ("mkdir", "mknodat", "write", "pwrite64", "fsync", "fdatasync", "rename", "link")


def killed_everywhere(folder: Path, act: str, *, published: bool) -> Iterator[Workshop]:
    """The act done once for each of its system calls, killed there; each time in a spool of its own."""
    killed = 0
    for call in CALLS:
        for count in itertools.count(1):
            place = folder / f"{call}-{count}"
            place.mkdir()
            shop = Workshop(place)
            if published:
                shop.publish()
            status = run_killed(shop, act, call, count)
            yield shop
            if status == 0:
                break
            killed += 1
    assert killed > 4, "the act was killed at few of its calls"


def run_killed(shop: Workshop, act: str, call: str, count: int) -> int:
    inject = f"inject={call}:signal=KILL:when={count}"
    strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", inject]
    script = [sys.executable, "-c", ACT.format(act=act), str(shop.spool.root), shop.attempt]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run([*strace, *script], env=environment, check=False).returncode


@pytest.mark.parametrize("published", [True, False])
def test_an_adoption_killed_anywhere_ends_void_and_unstarted(tmp_path: Path, *, published: bool) -> None:
    for shop in killed_everywhere(tmp_path, "adopt(attempt)", published=published):
        assert isinstance(shop.spool.adopt(shop.attempt), Void)
        with pytest.raises(AlreadyPublishedError):
            shop.publish()
        if published:
            assert finish(shop.shim()) == DECIDED
        assert shop.words() == []


def test_a_publication_killed_anywhere_is_whole_or_absent(tmp_path: Path) -> None:
    for shop in killed_everywhere(tmp_path, "publish(Spec(attempt, ('true',), {}, '/', None, 1_000))", published=False):
        folder = shop.spool.folder(shop.attempt)
        assert not folder.exists() or {file.name for file in folder.iterdir()} == {"spec", "ctl"}
        assert isinstance(shop.spool.adopt(shop.attempt), Void)


def test_a_kill_request_killed_anywhere_is_whole_or_absent_and_can_be_made_again(tmp_path: Path) -> None:
    for shop in killed_everywhere(tmp_path, "request_kill(attempt, 'mina')", published=True):
        assert not shop.spool.at(shop.attempt).kill_requested() or asked(shop) == b"mina"
        shop.spool.request_kill(shop.attempt, "jonas")
        assert asked(shop) in {b"mina", b"jonas"}


def asked(shop: Workshop) -> bytes:
    return (shop.spool.folder(shop.attempt) / "kill.req").read_bytes()
