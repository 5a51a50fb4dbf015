"""Sign-in, sessions and accounts from the command line, without a runtime: a command leads for a moment itself."""

import json
import os
import signal
import sys
from pathlib import Path

import pexpect
import pytest

from tests.commands.house import PASSWORD, House

NEW = "battery staple"


def login(house: House, user: str, *lines: str) -> tuple[int, str]:
    said = house.boms("login", "--user", user, "--password-stdin", stdin="".join(f"{line}\n" for line in lines))
    return said.code, said.out + said.err


def test_a_session_lasts_from_login_to_logout(quiet_house: House) -> None:
    assert quiet_house.boms("whoami").code == 4
    assert login(quiet_house, "operator", PASSWORD) == (0, "operator: operator\n")
    who = quiet_house.boms("whoami", "--json")
    assert (who.json["user"], who.json["roles"]) == ("operator", ["operator"])
    assert "retry" in who.json["verbs"]
    assert quiet_house.boms("logout").code == 0
    assert quiet_house.boms("whoami").code == 4


@pytest.mark.parametrize(("user", "password"), [("operator", "wrong horse"), ("nobody", PASSWORD), ("", PASSWORD)])
def test_a_wrong_name_or_password_is_refused_alike(quiet_house: House, user: str, password: str) -> None:
    code, said = login(quiet_house, user, password)
    assert code == 4
    assert "the name or the password is wrong" in said


def test_the_environment_signs_in_by_itself_and_replaces_a_lost_session(quiet_house: House) -> None:
    assert quiet_house.boms("whoami", user="viewer").out == "viewer: viewer\n"
    (file,) = (quiet_house.path / "sessions").glob("*.json")
    kept = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**kept, "session": "0" * 32}), encoding="utf-8")
    added = quiet_house.boms("users", "disable", "operator", user="admin")
    assert added.code == 0
    refused = quiet_house.boms("users", "enable", "operator", "--json", user="viewer")
    assert refused.json["reason"].startswith("not-authorised: ")
    assert refused.code == 4


def test_a_session_that_no_longer_serves_says_how_to_go_on(quiet_house: House) -> None:
    assert login(quiet_house, "admin", PASSWORD)[0] == 0
    (file,) = (quiet_house.path / "sessions").glob("*.json")
    kept = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**kept, "session": "0" * 32}), encoding="utf-8")
    said = quiet_house.boms("users", "disable", "operator", "--json")
    assert said.code == 4
    assert said.json["reason"].startswith("no-session: ")


def test_an_account_from_its_first_day_to_its_last(quiet_house: House) -> None:
    boms = quiet_house.boms
    added = boms("users", "add", "asha", "--role", "operator", "--password-stdin", stdin=f"{PASSWORD}\n", user="admin")
    assert (added.code, added.out) == (0, "applied asha\n")
    assert login(quiet_house, "asha", PASSWORD)[0] == 2
    code, said = login(quiet_house, "asha", PASSWORD, NEW)
    assert (code, said) == (0, "asha: operator\nthe password must be changed first\n")
    assert login(quiet_house, "asha", NEW)[0] == 0
    assert boms("users", "roles", "asha", "--role", "viewer", "--role", "author", user="admin").code == 0
    (row,) = [row for row in boms("users", "--json").json if row["name"] == "asha"]
    assert (row["roles"], row["disabled"], row["must_change"]) == (["viewer", "author"], False, False)
    assert boms("users", "disable", "asha", user="admin").code == 0
    again = boms("users", "disable", "asha", user="admin")
    assert (again.code, "nothing to change" in again.out) == (1, True)
    who = boms("--user", "asha", "whoami")
    assert (who.code, who.err.splitlines()[0]) == (4, "boms: the account asha is disabled")
    assert login(quiet_house, "asha", NEW)[0] == 4
    assert boms("users", "enable", "asha", user="admin").code == 0
    reset = ("users", "password", "asha", "--password-stdin", "--keep-password")
    assert boms(*reset, stdin=f"{PASSWORD}\n", user="admin").code == 0
    assert login(quiet_house, "asha", PASSWORD)[0] == 0
    assert "asha" in boms("users").out


@pytest.mark.parametrize(
    ("argv", "code", "says"),
    [
        (("add", "asha"), 2, "needs a role"),
        (("add",), 2, "needs a name"),
        (("add", "a", "b", "--role", "viewer"), 2, "one user at a time"),
        (("add", "asha", "--role", "viewer"), 2, "no terminal"),
        (("add", "asha", "--role", "king", "--password-stdin"), 1, "no role king"),
        (("add", "viewer", "--role", "viewer", "--password-stdin"), 1, "already"),
        (("disable", "nobody"), 1, "no user nobody"),
        (("disable", "admin"), 1, "last admin"),
    ],
)
def test_what_cannot_be_done_to_accounts_is_said(
    quiet_house: House, argv: tuple[str, ...], code: int, says: str
) -> None:
    said = quiet_house.boms("users", *argv, stdin=f"{PASSWORD}\n", user="admin")
    assert said.code == code
    assert says in said.out + said.err


def test_passwords_never_lie_in_the_store_in_clear(quiet_house: House) -> None:
    argv = ("users", "add", "asha", "--role", "viewer", "--password-stdin")
    quiet_house.boms(*argv, stdin="canary-7d1f-canary\n", user="admin")
    for file in quiet_house.path.rglob("*"):
        if file.is_file():
            assert b"canary-7d1f" not in file.read_bytes(), file


def test_an_unknown_role_is_told_before_a_weak_password(quiet_house: House) -> None:
    argv = ("users", "add", "zed", "--role", "nonsense", "--password-stdin")
    said = quiet_house.boms(*argv, stdin="zed\n", user="admin")
    assert said.code == 1
    assert "there is no role nonsense" in said.out


def test_acts_need_a_runtime_and_say_what_becomes_of_the_request(quiet_house: House) -> None:
    quiet_house.apply()
    said = quiet_house.boms("order", "night/good", "--timeout", "0.5", user="operator")
    assert said.code == 3
    assert "no runtime answers" in said.err
    assert "stays valid for 5 minutes" in said.err


def test_waiting_for_a_run_ends_with_3_when_its_runtime_is_gone(quiet_house: House) -> None:
    quiet_house.apply()
    with quiet_house.runtime() as runtime:
        argv = ("order", "night/asks", "--wait", "--through-stall", "--timeout", "8")
        with quiet_house.start(*argv, user="operator") as waiting:
            assert waiting.stdout is not None
            run = waiting.stdout.readline().strip()
            runtime.terminate()
            runtime.wait(20)
            _, err = waiting.communicate(timeout=60)
        assert waiting.returncode == 3
        assert err.startswith(f"boms: no runtime answers; {run} is ")


def test_an_act_without_a_session_exits_4(quiet_house: House) -> None:
    quiet_house.apply()
    assert quiet_house.boms("logout").code == 0
    said = quiet_house.boms("order", "night/good")
    assert said.code == 4
    assert "boms login" in said.err


def test_a_key_file_is_refused_rather_than_ignored(quiet_house: House) -> None:
    quiet_house.environment["BOMS_KEY_FILE"] = str(Path("/nowhere"))
    said = quiet_house.boms("whoami")
    assert said.code == 2
    assert "not supported yet" in said.err


def at_a_terminal(house: House, *argv: str) -> "pexpect.spawn[str]":
    """The program on a terminal of its own."""
    environment = {"HOME": str(house.path), "BOMS_HOME": str(house.path), "PATH": os.environ["PATH"], "TERM": "xterm"}
    return pexpect.spawn(
        sys.executable,
        ["-m", "boms_tui", *argv],
        env=environment,
        encoding="utf-8",
        timeout=60,
        preexec_fn=_hear_interrupts,
    )


def _hear_interrupts() -> None:
    """Jobs in the background, as these tests may be, ignore the signal, and their children with them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_interruption_exits_130_without_a_word(quiet_house: House) -> None:
    terminal = at_a_terminal(quiet_house, "login", "--user", "operator")
    terminal.expect("password of operator: ")
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 130
    assert "Traceback" not in (terminal.before or "")


def test_a_person_types_passwords_unseen_and_new_ones_twice(quiet_house: House) -> None:
    quiet_house.boms(
        "users", "add", "asha", "--role", "viewer", "--password-stdin", stdin=f"{PASSWORD}\n", user="admin"
    )  # fmt: skip
    terminal = at_a_terminal(quiet_house, "login", "--user", "asha")
    for prompt, answer in (("password of asha: ", PASSWORD), ("new password for asha: ", NEW), ("once more: ", NEW)):
        terminal.expect(prompt)
        terminal.sendline(answer)
    terminal.expect("asha: viewer")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0
