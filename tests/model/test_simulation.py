"""Random nights: whatever happens in whatever order, the promises hold after every step."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from boms_tui.model.decide import decide
from boms_tui.model.definition import Manual, OnFailure, Outcome, ProcessStart, RetryPolicy
from boms_tui.model.facts import Exited, Fact, How, Lost, Started, TookOver, Voided
from boms_tui.model.ids import ProcessId
from boms_tui.model.picture import Picture
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import ATTEMPT_LIVE, ENDED, LIVE, RUN_ENDED, RunEvent, RunState, TaskEvent, TaskState
from tests.model.night import Night, after, process, task

TASKS = ("load", "compute", "cube", "totals", "sign", "tell", "clean")
_TRANSITIONS = {event.value for event in (*TaskEvent, *RunEvent)}
VERBS = ("retry", "skip", "force-ok", "hold", "release", "kill", "rerun", "confirm", "resolve")


def a_night() -> Night:
    flow = process(
        "risk/margin",
        task("load", retry=RetryPolicy(retries=1, delay=timedelta(seconds=5))),
        task("compute", "load"),
        task("cube", "compute", on_failure=OnFailure.CONTINUE),
        task("totals", "compute", on_failure=OnFailure.FAIL, confirm=True),
        task("sign", "cube", "totals", work=Manual("ok?")),
        task("tell", after=after("compute", when=Outcome.FAILED)),
        task("clean", after=after("cube", "totals", when=Outcome.FINISHED)),
    )
    follower = process("settle/pay", task("load"), task("compute", "load", "risk/margin:compute"),
                       start=(ProcessStart(ProcessId("risk/margin")),))  # fmt: skip
    return Night(flow, follower, slots=3)


class AnyNight(RuleBasedStateMachine):
    """Orders, exits, losses, restarts and people's acts in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.night = a_night()

    @rule(name=st.sampled_from(["risk/margin", "settle/pay"]))
    def order(self, name: str) -> None:
        if len(self.night.snapshot.runs) < 6:
            self.night.order(name)

    @rule(data=st.data(), code=st.sampled_from([0, 0, 0, 1]), how=st.sampled_from([How.EXITED] * 4 + list(How)))
    def end(self, data: st.DataObject, code: int, how: How) -> None:
        if self.night.snapshot.attempts:
            run, name = data.draw(st.sampled_from(sorted(self.night.snapshot.attempts)))
            attempt = self.night.attempt(run, name)
            self.night.tell(Exited(attempt.id, how, code if how is How.EXITED else None, None, self.night.now))

    @rule(data=st.data(), kind=st.sampled_from(["start", "start", "lose", "void"]))
    def hear(self, data: st.DataObject, kind: str) -> None:
        live = sorted(key for key, one in self.night.snapshot.attempts.items() if one.state in ATTEMPT_LIVE)
        if live:
            attempt = self.night.attempt(*data.draw(st.sampled_from(live)))
            facts: dict[str, Fact] = {
                "start": Started(attempt.id, 7, self.night.now),
                "lose": Lost(attempt.id, "gone"),
                "void": Voided(attempt.id, "never ran"),
            }
            self.night.tell(facts[kind])

    @rule(data=st.data(), verb=st.sampled_from(VERBS), name=st.sampled_from(TASKS))
    def act(self, data: st.DataObject, verb: str, name: str) -> None:
        runs = sorted(self.night.snapshot.runs)
        if runs:
            run = data.draw(st.sampled_from(runs))
            said = data.draw(st.sampled_from(["ok", "failed", "rerun", "running"]))
            by = data.draw(st.sampled_from(["operator", "supervisor", "viewer"]))
            seen = data.draw(st.none() | st.integers(1, 9))
            self.night.ask(verb, f"{run}:{name}", by=by, seen=seen, given={"as": said})

    @rule(data=st.data(), verb=st.sampled_from(["cancel", "hold", "release", "rerun"]))
    def act_on_run(self, data: st.DataObject, verb: str) -> None:
        runs = sorted(self.night.snapshot.runs)
        if runs:
            self.night.ask(verb, data.draw(st.sampled_from(runs)))

    @rule(seconds=st.integers(1, 20))
    def wait(self, seconds: int) -> None:
        self.night.wait(timedelta(seconds=seconds))

    @rule()
    def change_leader(self) -> None:
        """A new leader loads what is durable and decides nothing that was not already so."""
        loaded = self._reloaded()
        decision = decide(loaded, [TookOver()], self.night.now)
        assert not decision.launches
        assert not decision.tasks
        self.night.snapshot = loaded

    @invariant()
    def every_attempt_starts_once(self) -> None:
        assert max(Counter(self.night.launched).values(), default=1) == 1

    @invariant()
    def live_tasks_have_exactly_one_live_attempt(self) -> None:
        live = {key for key, one in self.night.snapshot.attempts.items() if one.state in ATTEMPT_LIVE}
        for run, tasks in self.night.snapshot.tasks.items():
            for name, one in tasks.items():
                assert ((run, name) in live) == (one.state in LIVE)

    @invariant()
    def the_indexes_are_what_a_fresh_load_would_make(self) -> None:
        kept, fresh = self.night.snapshot, self._reloaded()
        for run in kept.runs:
            assert +kept.counts[run] == +fresh.counts[run]
        assert {pool: queue for pool, queue in kept.ready.items() if queue} == {
            pool: queue for pool, queue in fresh.ready.items() if queue
        }
        assert +kept.used == +fresh.used
        assert {name: runs for name, runs in kept.open_runs.items() if runs} == {
            name: runs for name, runs in fresh.open_runs.items() if runs
        }

    @invariant()
    def slots_are_not_overbooked_nor_left_empty(self) -> None:
        snapshot = self.night.snapshot
        assert snapshot.used["local"] <= 3
        assert not (snapshot.ready["local"] and snapshot.used["local"] < 3)

    @invariant()
    def run_states_say_what_is_so(self) -> None:
        for run in self.night.snapshot.runs.values():
            counts = self.night.snapshot.counts[run.id]
            busy = sum(counts[state] for state in (*LIVE, TaskState.READY, TaskState.BACKOFF))
            if run.state is RunState.STALLED:
                assert not busy
                assert run.reason
            if run.state is RunState.SUCCEEDED:
                assert not counts[TaskState.FAILED]
            if run.state in RUN_ENDED:
                assert sum(counts[state] for state in ENDED) == sum(counts.values())

    @invariant()
    def states_follow_from_the_journal(self) -> None:
        said = {entry.object: entry.after for entry in self.night.journal if entry.action in _TRANSITIONS}
        for run, tasks in self.night.snapshot.tasks.items():
            assert said[run] == self.night.run(run).state.value
            for one in tasks.values():
                assert said.get(one.ref, TaskState.WAITING.value) == one.state.value

    def _reloaded(self) -> Snapshot:
        old = self.night.snapshot
        picture = Picture(
            runs=tuple(sorted(old.runs.values(), key=lambda run: (run.ordered_at, run.number))),
            tasks=tuple(one for tasks in old.tasks.values() for one in tasks.values()),
            attempts=tuple(old.attempts.values()),
            holds=tuple(old.holds.values()),
            definitions=dict(old.definitions),
            dates=frozenset(old.dates),
        )
        return Snapshot.of(old.catalogue, picture, pools=old.pools, epoch=1, users=tuple(old.users.values()))


AnyNight.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestAnyNight = AnyNight.TestCase


def test_versions_step_by_one() -> None:
    night = a_night()
    run = night.order("risk/margin")
    seen = [night.task(run, "load").version]
    for code in (1, 0):
        night.wait(timedelta(seconds=6))
        night.end(run, "load", code=code)
        seen.append(night.task(run, "load").version)
    assert all(after_ > before for before, after_ in pairwise(seen))
