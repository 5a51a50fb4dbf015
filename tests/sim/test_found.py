"""Defects that simulated nights have shown, each in its smallest form."""

from dataclasses import replace
from datetime import timedelta

import pytest

from boms_tui.model.decide import decide
from boms_tui.model.definitions import Source, plan_apply
from boms_tui.model.facts import Asked, TookOver
from boms_tui.model.ids import RequestId, RunId, SessionId
from boms_tui.model.people import Session
from boms_tui.model.picture import Picture
from boms_tui.model.records import Revision
from boms_tui.model.request import LIFETIME, Request
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.trigger import CronStart
from tests.model.night import Night, process, task


def a_night() -> tuple[Night, RunId]:
    night = Night(process("risk/margin", task("load")))
    return night, night.order("risk/margin")


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_resolved_attempt_does_not_hide_the_one_that_runs(*, newest_first: bool) -> None:
    """A new leader reads both, in no order; it would never hear of the end of the one that runs."""
    night, run = a_night()
    night.start(run, "load")
    night.lose(run, "load")
    resolved = replace(night.attempt(run, "load"), ended_at=night.now)
    assert night.ask("resolve", f"{run}:load", given={"as": "rerun"}).code == "ok"
    kept, read = night.snapshot, [night.attempt(run, "load"), resolved]
    picture = Picture(
        runs=tuple(kept.runs.values()),
        tasks=tuple(kept.tasks[run].values()),
        attempts=tuple(read if newest_first else reversed(read)),
        definitions=dict(kept.definitions),
    )
    loaded = Snapshot.of(kept.catalogue, picture, pools=kept.pools, epoch=2, users=kept.users.values())
    assert (loaded.attempts, +loaded.used) == (kept.attempts, +kept.used)


def test_the_leader_of_another_node_leaves_an_attempt_to_its_own() -> None:
    """On its own spool it would find nothing, and call void what runs elsewhere."""
    night, run = a_night()
    night.start(run, "load")
    night.snapshot.node = "another"
    assert night.ask("kill", f"{run}:load").code == "ok"
    assert night.killed == []
    assert night.attempt(run, "load").kill_by == "admin"
    assert not decide(night.snapshot, [TookOver()], night.now).kills
    night.snapshot.node = "local"
    assert [kill.attempt for kill in decide(night.snapshot, [TookOver()], night.now).kills] == [f"{run}:load.1"]


def test_an_attempt_said_to_run_on_another_node_is_not_looked_for_here() -> None:
    night, run = a_night()
    night.lose(run, "load")
    night.snapshot.node = "another"
    assert night.ask("resolve", f"{run}:load", given={"as": "running"}).code == "ok"
    assert night.watched == []


def test_releasing_what_is_still_to_come_orders_nothing() -> None:
    night = Night(process("risk/margin", task("load"), start=(CronStart("0 23 * * *"),)))
    verdict = night.ask("release", "risk/margin@2026-11-20")
    assert verdict.code == "wrong-state"
    assert not night.snapshot.runs


def test_a_start_time_that_came_under_a_hold_has_come_for_good() -> None:
    """The clock is set back before the release: nothing would have looked at the run again."""
    night = Night(process("ops/late", task("one"), start=(CronStart("30 18 * * *"),)))
    assert night.ask("hold", "ops/late@2026-11-20").code == "ok"
    night.now = night.now.replace(hour=18, minute=31)
    night.tell(*night.snapshot.due(night.now))
    night.now -= timedelta(hours=2)
    assert night.ask("release", "ops/late@2026-11-20.1").code == "ok"
    assert night.states("ops/late@2026-11-20.1") == {"one": "starting"}


def test_a_rerun_of_what_has_not_ended_is_refused() -> None:
    night, run = a_night()
    verdict = night.ask("rerun", run)
    assert (verdict.code, verdict.reason) == ("wrong-state", "load still runs; kill it or wait")
    night.lose(run, "load")
    assert night.ask("hold", run).code == "ok"
    assert night.ask("resolve", f"{run}:load", given={"as": "rerun"}).code == "ok"
    verdict = night.ask("rerun", run)
    assert (verdict.code, verdict.reason) == (
        "wrong-state", "there is nothing to run again: nothing of it has ended",
    )  # fmt: skip


def test_definitions_that_change_nothing_leave_a_row() -> None:
    night, _ = a_night()
    applied = plan_apply([Source("a.yaml", b"role: desk\n")], [])
    (made,) = applied.documents
    night.snapshot.current = (Revision(made.kind, made.id, 1, made.source, made.body, "author", night.now),)
    session = Session(SessionId("s"), "admin", b"", night.now, night.now + LIFETIME)
    request = Request(
        RequestId("r"), "test", session.id, 1, "apply", "manifest", night.now, night.now + LIFETIME, "why"
    )
    decision = night.tell(Asked(request, session, documents=("role: desk\n",)))
    assert [(entry.action, entry.reason) for entry in decision.journal] == [("definitions-unchanged", "why")]
    assert not decision.revisions


def test_a_hold_that_is_placed_and_released_at_once_is_one_new_row() -> None:
    """The store would refuse a second version of what it never had the first of, again at every start."""
    night, run = a_night()
    session = Session(SessionId("s"), "admin", b"", night.now, night.now + LIFETIME)
    request = Request(
        RequestId("r-hold"), "test", session.id, 1, "hold", run, night.now, night.now + LIFETIME, "why"
    )  # fmt: skip
    after = replace(request, id=RequestId("r-release"), sequence=2, verb="release")
    decision = decide(night.snapshot, [Asked(request, session), Asked(after, session)], night.now)
    assert [(hold.version, hold.released_at) for hold in decision.holds] == [(1, night.now)]
