"""The files in docs/service are what an administrator copies: the tools that will read them must take them."""

import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

SERVICE = Path(__file__).parents[1] / "docs" / "service"
UNIT = SERVICE / "boms-runtime.service"


def unit() -> ConfigParser:
    parsed = ConfigParser(strict=True, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read(UNIT)
    return parsed


def test_stopping_the_service_leaves_its_tasks_alone() -> None:
    service = unit()["Service"]
    assert service["KillMode"] == "process"
    assert service["Restart"] == "always"
    assert service["OOMPolicy"] == "continue"
    assert service["Delegate"] == "yes"


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/boms/bin/boms", "/bin/true").replace("User=boms", "User=root"))
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True, check=False
    )
    assert not [line for line in said.stderr.splitlines() if UNIT.name in line], said.stderr


def test_operators_are_given_the_console_and_nothing_else() -> None:
    grants = [line for line in (SERVICE / "sudoers").read_text().splitlines() if "NOPASSWD" in line]
    assert grants == ["%boms-operators ALL = (boms) NOPASSWD: BOMS_CONSOLE"]
    command = (SERVICE / "sshd_config").read_text().partition("ForceCommand ")[2].splitlines()[0]
    assert command == "/usr/bin/sudo -u boms /opt/boms/bin/boms console"


@pytest.mark.parametrize(
    ("tool", "command", "name"), [("visudo", ["-c", "-f"], "sudoers"), ("sshd", ["-t", "-f"], "sshd_config")]
)
def test_the_tool_takes_its_file(tmp_path: Path, tool: str, command: list[str], name: str) -> None:
    program = shutil.which(tool, path="/usr/sbin:/sbin:/usr/bin:/bin")
    if program is None:
        pytest.skip(f"{tool} is not on this machine")
    copy = tmp_path / name
    shutil.copy(SERVICE / name, copy)
    copy.chmod(0o440)
    said = subprocess.run([program, *command, str(copy)], capture_output=True, text=True, check=False)
    assert "syntax error" not in said.stderr, said.stderr
    assert "Bad configuration option" not in said.stderr, said.stderr
