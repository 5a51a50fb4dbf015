"""Random nights: whatever happens in whatever order, the promises hold after every step."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from boms_tui.model.condition import Outcome
from boms_tui.model.decide import decide
from boms_tui.model.definition import (
    Checks,
    Lock,
    LockMode,
    Manual,
    OnFailure,
    OnUnknown,
    Overlap,
    Resource,
    RetryPolicy,
)
from boms_tui.model.facts import Checked, Exited, Fact, How, Lost, OccurrenceDue, Started, Strayed, TookOver, Voided
from boms_tui.model.ids import AttemptId, ProcessId
from boms_tui.model.picture import Catalogue, Picture
from boms_tui.model.ranks import place_of
from boms_tui.model.records import CheckVerdict, Phase
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import ATTEMPT_LIVE, ENDED, LIVE, RUN_ENDED, RunEvent, RunState, TaskEvent, TaskState
from boms_tui.model.trigger import ProcessStart
from tests.model import plain
from tests.model.night import EVENING, Night, after, process, task

TASKS = ("load", "compute", "cube", "totals", "sign", "tell", "clean")
_TRANSITIONS = {event.value for event in (*TaskEvent, *RunEvent)}
VERBS = ("retry", "skip", "force-ok", "hold", "release", "kill", "rerun", "confirm", "resolve", "free")
WHOLE_RUN = ("cancel", "hold", "release", "rerun", "free")
GATES = (
    "dependency:load", "dependency:compute", "dependency:risk/margin:compute", "overlap", "resource:warehouse",
    "lock:positions", "hold:/",
)  # fmt: skip
ALONE, SHARED = (Lock("positions"),), (Lock("positions", LockMode.SHARED),)


def a_night() -> Night:
    flow = process(
        "risk/margin",
        task("load", retry=RetryPolicy(retries=1, delay=timedelta(seconds=5), jitter=0.5), resources={"warehouse": 2}),
        task("compute", "load", on_unknown=OnUnknown.RERUN, locks=ALONE, resources={"warehouse": 1}),
        task("cube", "compute", on_failure=OnFailure.CONTINUE, priority=80, locks=SHARED),
        task("totals", "compute", on_failure=OnFailure.FAIL, confirm=True, resources={"warehouse": 3}),
        task("sign", "cube", "totals", work=Manual("ok?")),
        task("tell", after=after("compute", when=Outcome.FAILED)),
        task("clean", after=after("cube", "totals", when=Outcome.FINISHED), checks=Checks(retry=RetryPolicy(1))),
    )
    follower = process("settle/pay", task("load", locks=SHARED, resources={"warehouse": 1}),
                       task("compute", "load", "risk/margin:compute", locks=ALONE),
                       start=(ProcessStart(ProcessId("risk/margin")),), overlap=Overlap.SKIP)  # fmt: skip
    beside = process("report/all", *(task(name, priority=n * 30, resources={"warehouse": n + 1}, locks=SHARED)
                                     for n, name in enumerate(("load", "compute", "cube"))),
                     task("totals", "load", dry=True, locks=ALONE, resources={"warehouse": 2}),
                     task("sign", "totals", work=Manual("ok?"), dry=True),
                     task("clean", "sign", exclude=True), task("tell", "clean", dry=True, confirm=True),
                     overlap=Overlap.PARALLEL)  # fmt: skip
    return Night(flow, follower, beside, slots=3, beside=Catalogue(resources={"warehouse": Resource("warehouse", 3)}))


class AnyNight(RuleBasedStateMachine):
    """Orders, exits, losses, restarts and people's acts in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.night = a_night()
        self.seen = 0

    @rule(name=st.sampled_from(["risk/margin", "settle/pay", "report/all"]), by=st.sampled_from(["operator", "admin"]))
    def order(self, name: str, by: str) -> None:
        if len(self.night.snapshot.runs) < 8:
            self.night.ask("order", name, by=by)

    @rule(number=st.integers(0, 3))
    def schedule(self, number: int) -> None:
        if len(self.night.snapshot.runs) < 8:
            due = EVENING + timedelta(minutes=number)
            self.night.tell(*(OccurrenceDue(ProcessId(name), due) for name in ("settle/pay", "report/all")))

    @rule(units=st.integers(0, 5))
    def change_units(self, units: int) -> None:
        self.night.redefine(Resource("warehouse", units))

    @rule(do=st.sampled_from(["disable", "enable"]))
    def change_account(self, do: str) -> None:
        self.night.ask("users", "operator", given={"do": do})

    @rule(verb=st.sampled_from(["hold", "release"]), what=st.sampled_from(["/", "risk/", "settle/pay"]))
    def hold_widely(self, verb: str, what: str) -> None:
        self.night.ask(verb, what)

    @rule(what=st.sampled_from(["/", "risk/", "report/all"]), ahead=st.integers(1, 20), lasts=st.integers(1, 20))
    def plan_a_hold(self, what: str, ahead: int, lasts: int) -> None:
        begins = self.night.now + timedelta(seconds=ahead)
        until = begins + timedelta(seconds=lasts)
        self.night.ask("hold", what, given={"from": begins.isoformat(), "until": until.isoformat()})

    @rule(why=st.sampled_from(["it is older", "it is another"]))
    def stray(self, why: str) -> None:
        self.night.tell(Strayed(why, ((AttemptId("risk/margin@2026-11-20.9:load.1"), "ended"),)))

    @rule(data=st.data(), how=st.sampled_from(["passed", "failed"]))
    def check(self, data: st.DataObject, how: str) -> None:
        live = sorted(key for key, one in self.night.snapshot.attempts.items() if one.state in ATTEMPT_LIVE)
        if live:
            attempt = self.night.attempt(*data.draw(st.sampled_from(live))).id
            found = (CheckVerdict(attempt, Phase.BEFORE, 0, "a file", how == "passed", "none", self.night.now),)
            told = Checked(attempt, found)
            ended = Exited(attempt, How.CHECK_FAILED, None, None, self.night.now, checks=found)
            self.night.tell(told if how == "passed" else ended, told, told)

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
            gate = data.draw(st.sampled_from(GATES))
            self.night.ask(verb, f"{run}:{name}", by=by, seen=seen, given={"as": said, "gate": gate})

    @rule(data=st.data(), verb=st.sampled_from(WHOLE_RUN))
    def act_on_run(self, data: st.DataObject, verb: str) -> None:
        runs = sorted(self.night.snapshot.runs)
        if runs:
            self.night.ask(verb, data.draw(st.sampled_from(runs)), given={"gate": data.draw(st.sampled_from(GATES))})

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
        assert (kept.ranks.lines, kept.ranks.heads) == (fresh.ranks.lines, fresh.ranks.heads)
        assert +kept.ranks.waiting == +fresh.ranks.waiting
        assert +kept.used == +fresh.used
        assert {name: who for name, who in kept.holders.items() if who} == {
            name: who for name, who in fresh.holders.items() if who
        }
        assert {name: runs for name, runs in kept.open_runs.items() if runs} == {
            name: runs for name, runs in fresh.open_runs.items() if runs
        }

    @invariant()
    def slots_are_not_overbooked_and_whoever_can_start_has_started(self) -> None:
        assert self.night.snapshot.used["local"] <= 3
        assert plain.starters(self.night.snapshot) == []

    @invariant()
    def who_starts_has_what_it_needs_and_takes_it_from_nobody_before_it(self) -> None:
        """Unless a person freed the gate; this looks at the attempts that the last step launched."""
        snapshot = self.night.snapshot
        launched, self.seen = self.night.launched[self.seen :], len(self.night.launched)
        new = [one for one in snapshot.attempts.values() if one.id in launched]
        freed = {name for one in new for name in snapshot.tasks[one.run][one.task].freed}
        waiting = plain.in_rank(snapshot)
        for one in new:
            run = snapshot.runs[one.run]
            rank = place_of(snapshot.definitions[run.process, run.revision], snapshot.tasks[one.run][one.task])[1]
            for name, _ in plain.needs(snapshot, one):
                first = next((place for place in waiting if place[1].wants(name)), None)
                if name in freed:
                    continue
                assert plain.left(snapshot, name) >= 0
                if first is not None and first[0] < rank:
                    assert plain.left(snapshot, name) >= dict(first[1].needs)[name]

    @invariant()
    def nothing_starts_while_everything_is_held(self) -> None:
        if any(hold.object == "/" and hold.stands(self.night.now) for hold in self.night.snapshot.holds.values()):
            assert not plain.in_rank(self.night.snapshot)

    @invariant()
    def what_is_excluded_or_dry_has_no_attempt(self) -> None:
        flows = self.night.snapshot.catalogue.processes
        quiet = {
            (flow.id, one.name) for flow in flows.values() for one in flow.tasks.values() if one.exclude or one.dry
        }
        for run in self.night.snapshot.runs.values():
            for one in self.night.snapshot.tasks[run.id].values():
                assert not ((run.process, one.task) in quiet and one.attempts)

    @invariant()
    def what_a_person_gave_is_used_up_by_the_start(self) -> None:
        for tasks in self.night.snapshot.tasks.values():
            for one in tasks.values():
                assert not (one.state in {TaskState.RUNNING, TaskState.SUCCEEDED, TaskState.FAILED} and one.freed)

    @invariant()
    def each_verdict_is_written_once(self) -> None:
        written = Counter((one.attempt, one.phase, one.place) for one in self.night.checks)
        assert max(written.values(), default=1) == 1

    @invariant()
    def each_occurrence_is_one_run(self) -> None:
        seen = Counter((run.process, run.occurrence) for run in self.night.snapshot.runs.values())
        assert max(seen.values(), default=1) == 1

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
        night.wait(timedelta(seconds=8))
        night.end(run, "load", code=code)
        seen.append(night.task(run, "load").version)
    assert all(after_ > before for before, after_ in pairwise(seen))
