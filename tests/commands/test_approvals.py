"""A second person, through real commands and a real runtime."""

import pytest

from tests.commands.house import House

POLICY = """\
policy: careful
two_person: [skip, apply]
scopes: [night/*]
"""


@pytest.fixture
def careful(quiet_house: House) -> House:
    assert quiet_house.apply().code == 0
    assert quiet_house.apply(POLICY).code == 0
    assert quiet_house.boms("users", "add", "second", "--role", "operator", "--keep-password", "--password-stdin",
                            user="admin", stdin="correct horse\n").code == 0  # fmt: skip
    return quiet_house


def test_an_act_waits_is_shown_and_goes_on_with_a_second_persons_yes(careful: House) -> None:
    with careful.runtime():
        careful.boms("order", "night/bad", "--wait", user="operator")
        said = careful.boms("skip", "night/bad:breaks", "-m", "done by hand", user="operator")
        assert said.code == 5, said
        assert said.out.startswith("pending ")
        request = said.out.split()[1]
        listed = careful.boms("approvals").out
        assert "done by hand" in listed
        assert "policy careful" in listed
        assert careful.boms("approve", request, user="operator").code == 4
        given = careful.boms("approve", request[:8], user="second")
        assert (given.code, given.out.split()[0]) == (0, "applied")
        assert careful.boms("approvals").out == "nothing waits for a second person\n"


def test_definitions_are_shown_as_they_would_change_and_taken_with_a_second_persons_yes(careful: House) -> None:
    text = 'process: night/good\ntasks: {first: {command: ["true"]}}\n'
    said = careful.apply(text)
    assert said.code == 5
    request = careful.boms("approvals", "--json").json[0]["request"]
    shown = careful.boms("approvals", request).out
    assert "-title: All goes well" in shown
    assert '+tasks: {first: {command: ["true"]}}' in shown
    assert careful.boms("approve", request, user="second").code == 4
    careful.boms("users", "add", "reader", "--role", "author", "--keep-password", "--password-stdin",
                 user="admin", stdin="correct horse\n")  # fmt: skip
    assert careful.boms("approve", request, "--no", "-m", "not tonight", user="reader").code == 0
    assert "All goes well" in careful.boms("export", "night/good").out
    assert careful.apply(text).code == 5
    request = careful.boms("approvals", "--json").json[0]["request"]
    assert careful.boms("approve", request, user="reader").code == 0
    assert "All goes well" not in careful.boms("export", "night/good").out


def test_what_waits_under_no_such_name(careful: House) -> None:
    assert careful.boms("approve", "nothing", user="second").code == 2
