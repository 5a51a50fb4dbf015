"""Who may do what, asked from the command line: roles that are granted, lent for a time, and explained."""

from datetime import timedelta

import pytest

from boms_tui import clock
from tests.commands.house import House

DESK = "role: desk\ninherits: [operator]\nscopes: [night/*]\n"


def lent(house: House, *more: str) -> int:
    return house.boms("users", "lend", "viewer", "--role", "desk", *more, user="admin").code


def test_a_role_is_lent_until_a_time_and_told_with_it(quiet_house: House) -> None:
    quiet_house.apply(DESK)
    until = clock.now() + timedelta(hours=2)
    assert lent(quiet_house, "--until", until.isoformat(timespec="minutes"), "-m", "stands in for Asha") == 0
    assert f"desk until {until:%H:%M} UTC" in quiet_house.boms("users").out
    (row,) = [row for row in quiet_house.boms("users", "--json").json if row["name"] == "viewer"]
    assert [(one["role"], one["by"]) for one in row["lent"]] == [("desk", "admin")]
    assert "retry" in quiet_house.boms("whoami", "--json", user="viewer").json["verbs"]
    explained = quiet_house.boms("access", "viewer").out
    assert f"operator, through desk, lent until {until:%H:%M} UTC" in explained
    assert quiet_house.boms("users", "take-back", "viewer", "--role", "desk", user="admin").code == 0
    assert "retry" not in quiet_house.boms("whoami", "--json", user="viewer").json["verbs"]


@pytest.mark.parametrize("more", [(), ("--until", "soon"), ("--until", "2020-01-01T00:00")])
def test_what_is_lent_needs_an_end_to_come(quiet_house: House, more: tuple[str, ...]) -> None:
    quiet_house.apply(DESK)
    assert lent(quiet_house, *more) in {1, 2}


def test_who_may_act_on_a_process_or_a_task_of_it(house: House) -> None:
    found = {one["user"]: one["verbs"] for one in house.boms("access", "night/good", "--json").json}
    assert "order" in found["operator"]
    assert found["viewer"] == []
    of_task = house.boms("access", "night/good:second").out
    assert "supervisor" in of_task
    assert "force-ok" in of_task


def test_a_name_that_is_neither_is_refused_with_the_nearest(house: House) -> None:
    said = house.boms("access", "night/god")
    assert said.code == 2
    assert "night/good" in said.err
    assert house.boms("access", "night/good:secnd").code == 2
