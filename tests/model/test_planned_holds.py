"""Planned blackouts: holds that begin and end at their times."""

from datetime import timedelta

import pytest

from boms_tui.model.decide import decide
from boms_tui.model.definition import Manual
from boms_tui.model.facts import TookOver
from boms_tui.model.picture import Picture
from boms_tui.model.records import Verdict
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import RunState
from tests.model.night import DAY, EVENING, Night, process, task

HOUR = timedelta(hours=1)
RUN = f"ops/pair@{DAY}.1"


def a_night(*, slots: int = 16) -> Night:
    return Night(process("ops/pair", task("one"), task("two", "one"), timezone="Asia/Kolkata"), slots=slots)


def plan(night: Night, begins: float, ends: float | None = None, *, on: str = "ops/", by: str = "operator") -> Verdict:
    """Ask for a hold so many hours after 13:00 UTC, which is 18:30 IST."""
    given = {"from": _at(begins)} | ({"until": _at(ends)} if ends is not None else {})
    return night.ask("hold", on, given=given, by=by, reason="release 4.2")


def _at(hours: float) -> str:
    return (EVENING + hours * HOUR).isoformat()


def at_rest(night: Night) -> Snapshot:
    """What another leader loads: nothing of it depends on what the first one waited for."""
    one = night.snapshot
    return Snapshot.of(
        one.catalogue,
        Picture(
            runs=tuple(one.runs.values()),
            tasks=tuple(task for tasks in one.tasks.values() for task in tasks.values()),
            attempts=tuple(one.attempts.values()),
            holds=tuple(one.holds.values()),
            definitions=one.definitions,
            dates=frozenset({DAY}),
        ),
        pools=one.pools,
        users=one.users.values(),
    )


def come_back(night: Night, hours: float) -> None:
    """The runtime was down, and takes over so many hours after 13:00 UTC."""
    night.now = EVENING + hours * HOUR
    night.snapshot = at_rest(night)
    night.take(decide(night.snapshot, [TookOver()], night.now))
    night.wait(timedelta(0))


def holds_said(night: Night) -> list[tuple[str, str, str]]:
    told = ("hold-planned", "hold-began", "hold-expired", "held", "released")
    return [(one.action, one.before, one.after) for one in night.journal if one.action in told]


@pytest.mark.parametrize("target", ["/", "ops/", "ops/pair", RUN, f"{RUN}:two"])
def test_what_is_planned_keeps_nothing_back_before_it_begins_and_lets_go_when_it_ends(target: str) -> None:
    night = a_night()
    night.order("ops/pair")
    assert plan(night, 1, 3, on=target, by="supervisor").code == "ok"
    assert night.states(RUN) == {"one": "starting", "two": "waiting"}
    night.wait(HOUR)
    night.end(RUN, "one")
    assert night.states(RUN)["two"] == "waiting"
    gate = night.why(RUN, "two")[f"hold:{target}"]
    assert (gate.open, gate.opens_at, gate.by_itself) == (False, EVENING + 3 * HOUR, True)
    run = night.run(RUN)
    what = "everything" if target == "/" else target
    said = f"two: {what} is held by supervisor until 21:30 IST: release 4.2"
    assert (run.state, run.reason) == (RunState.RUNNING, said)
    night.wait(2 * HOUR)
    assert night.states(RUN)["two"] == "starting"
    assert holds_said(night) == [
        ("hold-planned", "", "planned"), ("hold-began", "planned", "held"), ("hold-expired", "held", ""),
    ]  # fmt: skip


def test_the_journal_says_what_is_planned_and_what_began() -> None:
    night = a_night()
    assert plan(night, 1, 8, on="ops/pair").reason == "from 19:30 IST until 2026-11-21 02:30 IST"
    night.wait(HOUR)
    (planned,), (began,) = night.said("hold-planned"), night.said("hold-began")
    assert (planned.actor, planned.reason) == (
        "operator", "from 19:30 IST until 2026-11-21 02:30 IST: release 4.2"
    )  # fmt: skip
    assert (began.actor, began.at, began.reason) == (
        "runtime", EVENING + HOUR, "planned by operator from 19:30 IST until 2026-11-21 02:30 IST: release 4.2"
    )  # fmt: skip


def test_a_run_that_only_a_planned_hold_keeps_from_starting_is_not_stalled() -> None:
    night = a_night()
    plan(night, 1, 3)
    night.wait(HOUR)
    night.order("ops/pair")
    assert (night.run(RUN).state, night.why(RUN)["hold:ops/"].open) == (RunState.WAITING, False)
    night.wait(2 * HOUR)
    assert night.states(RUN)["one"] == "starting"


def test_a_planned_hold_without_an_end_stalls_what_it_keeps_until_somebody_releases_it() -> None:
    night = a_night()
    plan(night, 1)
    night.wait(5 * HOUR)
    night.order("ops/pair")
    assert night.run(RUN).state is RunState.STALLED
    assert night.ask("release", "ops/", by="operator").reason == ""
    assert night.states(RUN)["one"] == "starting"


def test_what_is_ready_when_it_begins_waits_again() -> None:
    night = a_night(slots=0)
    night.order("ops/pair")
    plan(night, 1, 2)
    assert night.states(RUN)["one"] == "ready"
    night.wait(HOUR)
    assert night.states(RUN)["one"] == "waiting"
    night.wait(HOUR)
    assert night.states(RUN)["one"] == "ready"


def test_a_manual_task_does_not_ask_while_it_is_held() -> None:
    night = Night(process("ops/pair", task("one", work=Manual("sure?"))))
    night.order("ops/pair")
    plan(night, 1, 2)
    night.wait(HOUR)
    assert night.states(RUN) == {"one": "waiting"}
    night.wait(HOUR)
    assert night.states(RUN) == {"one": "confirm"}


def test_what_is_ready_is_not_started_after_the_beginning_that_nobody_has_told_of_yet() -> None:
    """A request is decided about at a time of its own, later than the times that the loop has seen come."""
    night = Night(process("ops/pair", task("one")), process("aside/long", task("only")), slots=1)
    night.order("aside/long")
    night.order("ops/pair")
    plan(night, 1, 2)
    night.now += HOUR
    night.end(f"aside/long@{DAY}.1", "only")
    assert night.states(RUN) == {"one": "waiting"}
    night.wait(HOUR)
    assert night.states(RUN) == {"one": "starting"}


def test_a_coming_hold_is_an_open_gate_from_a_day_before() -> None:
    night = a_night(slots=0)
    night.order("ops/pair")
    plan(night, 25, 27)
    assert "hold:ops/" not in night.why(RUN, "one")
    night.wait(HOUR)
    gate = night.why(RUN, "one")["hold:ops/"]
    said = "ops/ will be held from 2026-11-21 19:30 IST until 2026-11-21 21:30 IST by operator: release 4.2"
    assert (gate.open, gate.detail, gate.opens_at) == (True, said, None)
    assert night.closed(RUN, "one").keys() == {"slot:local"}
    night.wait(8 * HOUR)
    said = "ops/ will be held from 19:30 IST until 21:30 IST by operator: release 4.2"
    assert night.why(RUN, "one")["hold:ops/"].detail == said


def test_while_a_hold_stands_the_next_on_the_same_object_is_not_among_the_gates() -> None:
    night = a_night()
    night.order("ops/pair")
    plan(night, 5, 6)
    plan(night, 1, 2)
    assert night.why(RUN, "two")["hold:ops/"].detail.startswith("ops/ will be held from 19:30 IST until 20:30 IST")
    night.wait(HOUR)
    assert night.why(RUN, "two")["hold:ops/"].detail.startswith("ops/ is held by operator until 20:30 IST")
    night.wait(HOUR)
    assert night.why(RUN, "two")["hold:ops/"].detail.startswith("ops/ will be held from 23:30 IST until")


@pytest.mark.parametrize(
    ("begins", "ends", "code"),
    [
        (1, 2, "ok"),
        (4, 6, "ok"),
        (4, None, "ok"),
        (1, 2.5, "wrong-state"),
        (3.5, 5, "wrong-state"),
        (2.5, 3, "wrong-state"),
        (1, 5, "wrong-state"),
        (0, None, "wrong-state"),
        (1, None, "wrong-state"),
    ],
)
def test_several_may_be_planned_on_an_object_where_they_do_not_overlap(
    begins: float, ends: float | None, code: str
) -> None:
    night = a_night()
    assert plan(night, 2, 4, on="ops/pair").code == "ok"
    verdict = plan(night, begins, ends, on="ops/pair")
    assert verdict.code == code
    if code != "ok":
        assert verdict.reason == "ops/pair will be held from 20:30 IST until 22:30 IST"
    assert plan(night, 2, 4, on="ops/").code == "ok"


def test_nothing_is_planned_beside_a_hold_that_stands_until_somebody_releases_it() -> None:
    night = a_night()
    assert night.ask("hold", "ops/").code == "ok"
    assert plan(night, 5, 6).reason == "ops/ is held already"


def test_a_beginning_that_has_passed_is_none() -> None:
    night = a_night()
    night.order("ops/pair")
    verdict = plan(night, -1, 1, on=f"{RUN}:two")
    assert (verdict.code, verdict.reason) == ("ok", "")
    assert night.closed(RUN, "two").keys() >= {f"hold:{RUN}:two"}
    assert holds_said(night) == [("held", "", "held")]


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"from": "soon"}, "not a time: soon"),
        ({"from": "9999-12-31T23:59:59+00:00"}, "not a time: 9999-12-31T23:59:59+00:00"),
        ({"from": _at(2), "until": _at(1)}, "it would end before it begins"),
        ({"from": _at(2), "until": _at(2)}, "it would end before it begins"),
        ({"from": _at(-2), "until": _at(-1)}, "the time until which to hold has passed"),
    ],
)
def test_times_that_mean_nothing_are_refused(given: dict[str, str], text: str) -> None:
    verdict = a_night().ask("hold", "ops/", given=given)
    assert (verdict.code, verdict.reason) == ("bad-parameter", text)


def test_a_release_lifts_what_stands_and_leaves_what_is_planned() -> None:
    night = a_night()
    night.order("ops/pair")
    plan(night, 1, 2)
    plan(night, 5, 6)
    night.wait(HOUR)
    assert night.ask("release", "ops/", by="operator").reason == "still planned: from 18:00 UTC until 19:00 UTC"
    assert night.closed(RUN, "two").keys() == {"dependency:one"}
    night.wait(4 * HOUR)
    assert "hold:ops/" in night.closed(RUN, "two")


def test_a_release_where_none_stands_takes_back_all_that_is_planned() -> None:
    night = a_night()
    plan(night, 5, 6)
    plan(night, 1, 2)
    verdict = night.ask("release", "ops/", by="operator", reason="it is put off")
    both = "from 14:00 UTC until 15:00 UTC; from 18:00 UTC until 19:00 UTC"
    assert verdict.reason == f"planned no more: {both}"
    assert [(one.before, one.reason) for one in night.said("released")] == [("planned", f"{both}: it is put off")]
    night.wait(5 * HOUR)
    assert not night.said("hold-began")
    assert night.ask("release", "ops/").reason == "ops/ is not held"


def test_what_a_supervisor_planned_for_everything_takes_one_to_take_back() -> None:
    night = a_night()
    assert plan(night, 1, 2, on="/", by="supervisor").code == "ok"
    assert night.ask("release", "/", by="operator").code == "not-authorised"
    assert night.ask("release", "/", by="supervisor").code == "ok"


def test_what_begins_while_the_runtime_is_down_stands_when_it_comes_back() -> None:
    night = a_night(slots=0)
    night.order("ops/pair")
    plan(night, 1, 4)
    come_back(night, 2)
    assert night.states(RUN)["one"] == "waiting"
    assert [one[0] for one in holds_said(night)] == ["hold-planned", "hold-began"]
    come_back(night, 3)
    assert [one[0] for one in holds_said(night)] == ["hold-planned", "hold-began"]
    night.wait(HOUR)
    assert night.states(RUN)["one"] == "ready"


def test_what_begins_and_ends_while_the_runtime_is_down_leaves_both_rows_and_blocks_nothing() -> None:
    night = a_night(slots=0)
    night.order("ops/pair")
    plan(night, 1, 4)
    come_back(night, 5)
    assert [one[0] for one in holds_said(night)] == ["hold-planned", "hold-began", "hold-expired"]
    assert night.states(RUN)["one"] == "ready"
    assert not night.snapshot.holds


def test_what_has_begun_has_begun_for_good_wherever_the_clock_is_set() -> None:
    night = a_night()
    night.order("ops/pair")
    plan(night, 1, 3)
    night.wait(2 * HOUR)
    night.wait(-2 * HOUR)
    assert "hold:ops/" in night.closed(RUN, "two")
    night.wait(HOUR)
    assert len(night.said("hold-began")) == 1
    night.wait(2 * HOUR)
    assert "hold:ops/" not in night.closed(RUN, "two")


def test_what_has_expired_is_over_for_good_wherever_the_clock_is_set() -> None:
    night = a_night()
    night.order("ops/pair")
    plan(night, 1, 3)
    night.wait(3 * HOUR)
    night.wait(-1 * HOUR)
    assert "hold:ops/" not in night.why(RUN, "two")
    assert len(night.said("hold-expired")) == 1


def test_what_is_planned_still_comes_after_the_clock_went_back() -> None:
    night = a_night()
    night.order("ops/pair")
    night.wait(HOUR)
    plan(night, 2, 3)
    night.wait(-1 * HOUR)
    coming = {at for at, _ in night.snapshot.timers.all()}
    assert coming == {EVENING + 2 * HOUR, EVENING + 3 * HOUR}
    night.wait(2 * HOUR)
    assert "hold:ops/" in night.closed(RUN, "two")


def test_a_planned_hold_on_a_run_that_has_ended_comes_and_goes() -> None:
    night = Night(process("ops/pair", task("one")))
    night.order("ops/pair")
    plan(night, 1, 2, on=RUN)
    night.end(RUN, "one")
    night.wait(2 * HOUR)
    assert [one[0] for one in holds_said(night)] == ["hold-planned", "hold-began", "hold-expired"]


def test_a_coming_hold_cannot_be_freed() -> None:
    night = a_night()
    night.order("ops/pair")
    plan(night, 1, 2)
    verdict = night.ask("free", f"{RUN}:two", given={"gate": "hold:ops/"})
    assert (verdict.code, verdict.reason.partition(": ")[0]) == ("wrong-state", "hold:ops/ is open already")


def test_a_hold_that_is_told_of_before_its_time_neither_begins_nor_ends() -> None:
    night = a_night()
    plan(night, 1, 2)
    night.tell(*(fact for _, fact in night.snapshot.timers.all()))
    assert [one[0] for one in holds_said(night)] == ["hold-planned"]
