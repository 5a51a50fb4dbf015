"""Blackouts from the command line: planned, listed, shown by `why`, and taken back."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from boms_tui import clock
from tests.commands.house import House, until

FOLDERS = "---\n".join(f"process: {name}/one\ntasks: {{only: {{command: [run]}}}}\n" for name in ("other", "aside"))


@pytest.fixture(autouse=True, scope="module")
def _folders(house: House) -> None:
    """Only a folder with a process in it can be held."""
    assert house.apply(FOLDERS).code == 0


@pytest.fixture(autouse=True)
def _no_run_is_left_open(house: House) -> Iterator[None]:
    yield
    house.end_all()


def held(house: House) -> list[dict[str, Any]]:
    """What is held of this page's own folder, other pages of tests apart."""
    return [hold for hold in house.boms("holds", "--json").json if hold["object"] == "other/"]


def test_where_nothing_is_held_that_is_said(quiet_house: House) -> None:
    assert quiet_house.boms("holds").out == "nothing is held, and no hold is planned\n"
    assert quiet_house.boms("holds", "--json").json == []


def test_a_blackout_is_planned_listed_and_taken_back(house: House) -> None:
    spans = (("2098-12-31T22:00", "2099-01-01T02:00"), ("2098-01-01T00:00+01:00", "2098-01-02T00:00Z"))
    for begins, ends in spans:
        said = house.boms("hold", "other/", "--from", begins, "--until", ends, "-m", "release 4.2", user="operator")
        assert said.code == 0
    assert said.out == "applied other/ (from 2097-12-31 23:00 UTC until 2098-01-02 00:00 UTC)\n"
    assert held(house) == [
        {
            "object": "other/", "state": "planned", "from": f"{begins}:00.000000Z", "until": f"{ends}:00.000000Z",
            "owner": "operator", "reason": "release 4.2",
        }
        for begins, ends in (("2097-12-31T23:00", "2098-01-02T00:00"), ("2098-12-31T22:00", "2099-01-01T02:00"))
    ]  # fmt: skip
    said = house.boms("release", "other/", "-m", "put off", "--json", user="supervisor")
    assert said.json["reason"].startswith("planned no more: from 2097-12-31 23:00 UTC until 2098-01-02 00:00 UTC; from")
    assert held(house) == []


def test_what_is_held_is_listed_for_people(house: House) -> None:
    assert house.boms("hold", "other/", "-m", "a look first", user="supervisor").code == 0
    assert house.boms("hold", "aside/", "--from", "2098-01-01T00:00", "-m", "closed", user="operator").code == 0
    head, *rows = house.boms("holds").lines
    assert head.split() == ["OBJECT", "STATE", "FROM", "(UTC)", "UNTIL", "OWNER", "REASON"]
    shown = [row.split() for row in rows]
    assert ["aside/", "planned", "2098-01-01", "00:00:00", "released", "operator", "closed"] in shown
    assert ["other/", "standing", "released", "supervisor", "a", "look", "first"] in [
        row[:2] + row[4:] for row in shown
    ]
    for folder in ("other/", "aside/"):
        assert house.boms("release", folder, "-m", "looked", user="operator").code == 0


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [
        (("--from", "soon"), 2, "not a time: soon"),
        (("--until", "9999-12-31T23:59-12:00"), 2, "not a time: 9999-12-31T23:59-12:00"),
        (("--from", "2099-01-02T00:00", "--until", "2099-01-01T00:00"), 1, "it would end before it begins"),
    ],
)
def test_times_that_mean_nothing_are_refused(house: House, options: tuple[str, ...], code: int, text: str) -> None:
    said = house.boms("hold", "other/", *options, "-m", "x", user="operator")
    assert said.code == code
    assert text in said.out + said.err


def test_a_coming_hold_is_an_open_gate_of_what_waits(house: House) -> None:
    run = house.boms("order", "night/asks", "--date", "2026-01-17", user="operator").out.strip()
    until(lambda: house.boms("show", run, "--json").json["tasks"][0]["state"] == "confirm")
    begins = (clock.now() + timedelta(hours=2)).isoformat()
    assert house.boms("hold", run, "--from", begins, "-m", "release", user="operator").code == 0
    gates = {gate["gate"]: gate for gate in house.boms("why", f"{run}:answer", "--json").json}
    assert gates[f"hold:{run}"]["open"] is True
    assert "will be held from" in gates[f"hold:{run}"]["detail"]
    assert house.boms("release", run, "-m", "put off", user="operator").code == 0
    assert f"hold:{run}" not in house.boms("why", f"{run}:answer").out


def test_a_blackout_begins_and_ends_by_itself(house: House) -> None:
    soon, later = (clock.now() + timedelta(seconds=seconds) for seconds in (1, 4))
    times = ("--from", soon.isoformat(), "--until", later.isoformat())
    assert house.boms("hold", "day/", *times, "-m", "release", user="operator").code == 0
    until(lambda: any(hold["object"] == "day/" and hold["state"] == "standing" for hold in _holds(house)))
    run = house.boms("order", "day/good", "--date", "2026-01-20", user="operator").out.strip()
    assert [gate["open"] for gate in house.boms("why", run, "--json").json] == [False]
    until(lambda: house.boms("show", run, "--json").json["state"] == "succeeded")
    assert not any(hold["object"] == "day/" for hold in _holds(house))


def _holds(house: House) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = house.boms("holds", "--json").json
    return found
