"""F12: a pid that the kernel gives away again. In a pid namespace the next pid can be chosen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

IN_A_NAMESPACE = ("unshare", "--pid", "--fork", "--mount-proc")
SCRIPT = """
import os, signal, subprocess, sys
from pathlib import Path
from tests.runtime.machine import Machine
from tests.runtime.workshop import ATTEMPT
from tests.runtime.house import wait_until
from boms_tui.runtime import identity

def pending(pid):
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1], 16) for line in lines if line.startswith(("SigPnd", "ShdPnd")))

def end(pid):
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: identity.start_time(pid) is None, "it to end")

machine = Machine(Path(sys.argv[1]))
machine.launch("/bin/sleep", "600")
pid = machine.wait_started().pid
machine.kill_shim()
machine.until(lambda: machine.processes.poll(0.1) or not machine.shop.spool.at(ATTEMPT).lock_held())
machine.processes.poll(0.2)
end(pid)
os.waitpid(pid, 0)
Path("/proc/sys/kernel/ns_last_pid").write_text(str(pid - 1))
stranger = subprocess.Popen(["/bin/sleep", "600"], start_new_session=True)
assert stranger.pid == pid, (stranger.pid, pid)
os.kill(pid, signal.SIGSTOP)
os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOWAIT)
machine.processes.kill(ATTEMPT, "mina")
print("pending", pending(pid) & ~(1 << signal.SIGCONT - 1))
stranger.kill()
machine.shop.clear_away()
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may make a pid namespace")
def test_a_stranger_with_the_number_of_a_program_is_never_signalled(tmp_path: Path) -> None:
    """The program ends unseen, a stranger gets its pid, and then somebody has the attempt killed."""
    command = [*IN_A_NAMESPACE, sys.executable, "-c", SCRIPT, str(tmp_path)]
    root = Path(__file__).parents[2]
    said = subprocess.run(
        command, cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True, text=True, check=False
    )
    assert said.stdout == "pending 0\n", said.stderr
