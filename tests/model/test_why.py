"""Why something is not running: the gates, and what is behind them, down to the root cause."""

from collections.abc import Iterable
from datetime import time, timedelta

from boms_tui.model.behind import Behind
from boms_tui.model.condition import Dependency, EventWait, Group, Outcome
from boms_tui.model.definition import Lock, Manual, OnFailure, Process, Resource, RetryPolicy, Window
from boms_tui.model.draft import Draft
from boms_tui.model.facts import OccurrenceDue
from boms_tui.model.ids import ProcessId, RunId, split_ref
from boms_tui.model.picture import Catalogue, Picture
from boms_tui.model.reasons import in_words
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import AttemptState, RunState
from boms_tui.model.trigger import CronStart, ProcessStart
from boms_tui.model.views import Reason, Reasons
from boms_tui.model.why import DEEPEST, WIDEST, gates_of, why
from tests.model.night import DAY, EVENING, USERS, Night, after, process, task

X, VAR = f"ops/x@{DAY}.1", f"risk/var@{DAY}.1"
MINUTE = timedelta(minutes=1)


def ask(night: Night, ref: str, *, whole: Iterable[str] | None = None) -> Reasons:
    """Why the run or task does not go on."""
    run, name = split_ref(ref)
    known = None if whole is None else [RunId(one) for one in whole]
    of = night.task(run, name) if name is not None else None
    return why(Draft(night.snapshot, night.now), night.run(run), of, whole=known)


def said(reason: Reason) -> str:
    return in_words(reason, lambda at: f"{at:%H:%M}")


def roots(found: Reasons) -> list[str]:
    return [said(reason) for reason in found.roots]


def tree(reasons: Iterable[Reason], indent: str = "") -> list[str]:
    """The reasons as indented lines."""
    return [line for one in reasons for line in (indent + said(one), *tree(one.because, indent + "  "))]


def chain(length: int) -> Process:
    return process("ops/x", task("t0"), *(task(f"t{n}", f"t{n - 1}") for n in range(1, length)))


def failing(*processes: Process, fails: str, beside: Catalogue | None = None, slots: int = 16) -> Night:
    """Every process is ordered; `RUN:TASK` fails with 3."""
    night = Night(*processes, beside=beside or Catalogue(), slots=slots)
    for one in processes:
        night.order(one.id)
    run, name = split_ref(fails)
    night.end(run, name or "", code=3)
    return night


# one cause
def test_a_thousand_tasks_behind_one_that_failed_are_one_reason() -> None:
    for tasks in (chain(1_000), process("ops/x", task("t0"), *(task(f"t{n}", "t0") for n in range(1, 1_000)))):
        night = failing(tasks, fails=f"{X}:t0")
        found = ask(night, X)
        assert roots(found) == ["t0 failed: exit code 3, since 13:00 (retry or skip it); 999 tasks wait for this"]
        assert tree(found.because) == roots(found)
        assert found.is_flat
        assert (len(found.gates), found.more) == (999, 0)


def test_the_root_of_a_long_chain_is_found_however_deep_it_lies() -> None:
    night = failing(chain(1_000), fails=f"{X}:t0")
    found = ask(night, f"{X}:t999")
    assert roots(found) == ["t0 failed: exit code 3, since 13:00 (retry or skip it)"]
    lines = tree(found.because)
    assert len(lines) == DEEPEST
    assert lines[:2] == ["t998 is waiting", "  t997 is waiting"]
    assert lines[-1].strip() == "t979 is waiting (and so on)"


def test_a_cause_in_another_process_is_followed_to_its_end() -> None:
    night = failing(
        process("risk/var", task("compute"), task("publish", "compute")),
        process("ops/x", task("load", "risk/var:publish"), task("sum", "load")),
        fails=f"{VAR}:compute",
    )
    cause = f"{VAR}:compute failed: exit code 3, since 13:00 (retry or skip it)"
    found = ask(night, f"{X}:sum")
    assert roots(found) == [cause]
    assert tree(found.because) == ["load is waiting", f"  {VAR}:publish is waiting", f"    {cause}"]
    of_run = ask(night, X)
    assert roots(of_run) == [f"{cause}; 2 tasks wait for this"]
    assert tree(of_run.because) == [f"{VAR}:publish waits; 2 tasks wait for this", f"  {cause}"]
    assert [root.ref for root in of_run.roots] == [f"{VAR}:compute"]


def test_a_run_that_waits_for_a_process_is_told_what_keeps_the_tasks_of_that() -> None:
    night = failing(
        process("risk/var", task("compute"), task("publish", "compute"), task("tell", "compute")),
        process("ops/x", task("load"), after=after("risk/var")),
        fails=f"{VAR}:compute",
    )
    cause = f"{VAR}:compute failed: exit code 3, since 13:00 (retry or skip it)"
    found = ask(night, X)
    assert roots(found) == [cause]
    assert tree(found.because) == [f"{VAR} is stalled", f"  {cause}; 2 tasks wait for this"]
    of_task = ask(night, f"{X}:load")
    assert tree(of_task.because) == [*tree(found.because), "the run is waiting (see above)"]
    assert roots(of_task) == [cause]


def test_a_failure_that_ends_a_run_is_told_with_the_run() -> None:
    night = failing(
        process("risk/var", task("compute", on_failure=OnFailure.CONTINUE), task("other")),
        process("ops/x", task("load"), after=after("risk/var")),
        fails=f"{VAR}:compute",
    )
    night.end(VAR, "other")
    assert night.run(VAR).state is RunState.FAILED
    cause = f"{VAR}:compute failed: exit code 3, since 13:00 (retry or skip it)"
    assert tree(ask(night, X).because) == [f"{VAR} failed (rerun it)", f"  {cause}"]
    assert roots(ask(night, VAR)) == [cause.removeprefix(f"{VAR}:")]


# several causes
def test_what_needs_a_person_comes_first_and_of_that_what_most_wait_for() -> None:
    night = failing(
        process(
            "ops/x", task("runs"), task("fails"), task("asks", work=Manual("all well?")),
            task("a", "runs"), task("b", "fails", "asks"), task("c", "b", "runs"), task("d", "asks"),
        ),
        fails=f"{X}:fails",
    )  # fmt: skip
    assert roots(ask(night, X)) == [
        "asks asks a person: all well?, since 13:00 (confirm it); 3 tasks wait for this",
        "fails failed: exit code 3, since 13:00 (retry or skip it); 2 tasks wait for this",
        "runs is starting, since 13:00; 2 tasks wait for this",
    ]


def test_what_nothing_waits_for_is_told_only_where_it_needs_a_person() -> None:
    night = failing(process("ops/x", task("runs"), task("fails")), fails=f"{X}:fails")
    assert roots(ask(night, X)) == ["fails failed: exit code 3, since 13:00 (retry or skip it)"]
    night.ask("skip", f"{X}:fails")
    assert ask(night, X).roots == ()
    assert ask(night, f"{X}:runs").roots == ()


def test_a_broad_tree_is_cut_and_says_how_much_is_left_out() -> None:
    many = [task(f"m{n}") for n in range(WIDEST + 5)]
    night = Night(process("ops/x", *many, task("join", *(one.name for one in many))), slots=100)
    run = night.order("ops/x")
    for one in many:
        night.end(run, one.name, code=1)
    found = ask(night, f"{X}:join")
    assert len(found.roots) == WIDEST
    assert (found.more, tree(found.because)[-1]) == (5, "+5 more")
    assert len(found.gates) == WIDEST + 5


def test_nothing_is_told_twice_and_circles_end() -> None:
    night = Night(
        process("ops/x", task("a"), task("b", "a"), task("c", "a"), task("d", "b", "c"), task("e", "d", "b")),
    )
    run = night.order("ops/x")
    assert tree(ask(night, f"{run}:e").because) == [
        "d is waiting",
        "  b is waiting",
        "    a is starting, since 13:00",
        "  c is waiting",
        "    a is starting, since 13:00",
        "b is waiting (see above)",
    ]


def test_two_runs_that_wait_for_each_other_have_no_root_and_do_not_hang() -> None:
    circle = [
        process("a/one", task("t", "b/two:t")),
        process("b/two", task("t", "a/one:t")),
    ]
    night = Night(*circle)
    one, _ = (night.order(each.id) for each in circle)
    found = ask(night, f"{one}:t")
    assert found.roots == ()
    assert tree(found.because) == [f"b/two@{DAY}.1:t is waiting", f"  a/one@{DAY}.1:t is waiting (see above)"]


# gates that end a chain
def test_a_gate_that_is_about_nothing_else_is_a_root() -> None:
    night = Night(
        process("ops/x", task("a", "risk/var:t"), task("b", "a"), window=Window(time(14), time(16))),
        process("risk/var", task("t")),
    )
    night.order("ops/x")
    assert roots(ask(night, X)) == [
        "nothing will order risk/var@2026-11-20 (order it, or free the gate); 2 tasks wait for this",
        "window: opens at 14:00 UTC; 2 tasks wait for this",
    ]


def test_a_gate_of_one_task_alone_is_told_with_its_name() -> None:
    night = Night(process("ops/x", task("a", "risk/var:t"), task("b")), process("risk/var", task("t")))
    night.order("ops/x")
    night.end(X, "b")
    assert roots(ask(night, X)) == [
        "a: nothing will order risk/var@2026-11-20 (order it, or free the gate); 1 task waits for this"
    ]
    assert roots(ask(night, f"{X}:a")) == ["nothing will order risk/var@2026-11-20 (order it, or free the gate)"]


def test_a_hold_over_all_is_one_reason() -> None:
    night = Night(process("ops/x", task("a"), task("b", "a"), task("c")))
    night.ask("hold", "ops/", reason="closed")
    night.order("ops/x")
    assert roots(ask(night, X)) == ["ops/ is held by admin: closed (release it)"]
    night.ask("release", "ops/")
    night.ask("hold", f"{X}:b", reason="later")
    night.end(X, "a")
    night.end(X, "c")
    assert roots(ask(night, X)) == [f"b: {X}:b is held by admin: later (release it); 1 task waits for this"]


def test_what_somebody_elsewhere_has_to_send_is_told_with_what_to_do() -> None:
    night = Night(process("ops/x", task("a", after=(EventWait("market-closed"),))))
    night.order("ops/x")
    assert roots(ask(night, f"{X}:a")) == [
        "market-closed has not been posted for 2026-11-20 (post it, or free the gate)"
    ]


def test_a_task_that_backs_off_says_until_when() -> None:
    night = failing(
        process("ops/x", task("a", retry=RetryPolicy(retries=1)), task("b", "a")), fails=f"{X}:a"
    )  # fmt: skip
    cause = "a backs off: exit code 3; tries again, since 13:00, until 13:01 (retry ends the wait)"
    assert roots(ask(night, f"{X}:b")) == [cause]
    assert roots(ask(night, f"{X}:a")) == [cause]
    night.ask("hold", f"{X}:a", reason="look")
    assert roots(ask(night, f"{X}:a")) == [
        f"{X}:a is held by admin: look (release it)", "tries again at 13:01:00 UTC",
    ]  # fmt: skip
    gates = [(one.ref, one.gate.name) for one in ask(night, X).gates if one.gate is not None]
    assert gates == [(f"{X}:a", f"hold:{X}:a"), (f"{X}:a", "backoff"), (f"{X}:b", "dependency:a")]


def test_a_success_that_is_too_old_is_no_cause_but_its_gate_is() -> None:
    night = Night(
        process("risk/var", task("t")),
        process("ops/x", task("a", after=(Dependency(process=ProcessId("risk/var"), within=MINUTE),))),
    )
    night.order("risk/var")
    night.end(VAR, "t")
    night.wait(2 * MINUTE)
    night.order("ops/x")
    assert roots(ask(night, f"{X}:a")) == [
        f"{VAR} is succeeded since 13:00 UTC: more than 1 min ago (order it, or free the gate)"
    ]


def test_a_group_is_told_with_all_that_could_open_it() -> None:
    group = Group(after("risk/var", "ops/x2"))
    night = Night(
        process("risk/var", task("t")), process("ops/x2", task("t")), process("ops/x", task("a", after=(group,)))
    )
    for name in ("risk/var", "ops/x2", "ops/x"):
        night.order(name)
    night.end(VAR, "t", code=3)
    found = ask(night, f"{X}:a")
    assert tree(found.because) == [
        f"{VAR} is stalled; ops/x2@{DAY}.1 is running",
        f"  {VAR} is stalled",
        f"    {VAR}:t failed: exit code 3, since 13:00 (retry or skip it)",
        f"  ops/x2@{DAY}.1 is running",
        f"    ops/x2@{DAY}.1:t is starting, since 13:00",
    ]


def test_what_is_to_be_ordered_by_a_run_under_way_hangs_on_that_run() -> None:
    night = failing(
        process("trade/close", task("t")),
        process("ops/x", task("a"), after=after("risk/var")),
        fails=f"trade/close@{DAY}.1:t",
    )
    starts = process("risk/var", task("t"), start=(ProcessStart(ProcessId("trade/close")),))
    night.snapshot.catalogue = Catalogue({**night.snapshot.catalogue.processes, starts.id: starts})
    assert tree(ask(night, X).because) == [
        f"risk/var@{DAY} is planned: when trade/close@{DAY}.1 succeeds",
        f"  trade/close@{DAY}.1:t failed: exit code 3, since 13:00 (retry or skip it)",
    ]


def test_what_a_clock_will_order_is_a_root_by_itself() -> None:
    night = Night(
        process("risk/var", task("t"), start=(CronStart("0 18 * * *"),)),
        process("ops/x", task("a"), after=after("risk/var")),
    )
    night.order("ops/x")
    assert roots(ask(night, X)) == [f"risk/var@{DAY} is planned: at 18:00 UTC"]


# what tasks compete for
def test_a_lock_is_about_who_holds_it() -> None:
    lock = (Lock("drawer"),)
    night = Night(process("ops/x", task("a", locks=lock), task("b", locks=lock), task("c", "b")))
    night.order("ops/x")
    night.start(X, "a")
    assert tree(ask(night, f"{X}:b").because) == [
        f"lock:drawer: held by {X}:a",
        "  a is running, since 13:00",
    ]
    assert roots(ask(night, X)) == ["a is running, since 13:00; 2 tasks wait for this"]
    assert night.why(X, "b")["lock:drawer"].about == (f"{X}:a",)
    night.lose(X, "a")
    assert roots(ask(night, f"{X}:c")) == [
        "a may have run, and nobody can prove it: the shim is gone, since 13:00 (resolve it)"
    ]


def test_units_that_are_kept_for_another_are_about_that_one() -> None:
    beside = Catalogue(resources={"big": Resource("big", 2), "small": Resource("small", 1)})
    night = Night(
        process("ops/x", task("first", resources={"big": 2, "small": 1}), task("second", resources={"big": 1})),
        process("ops/y", task("holds", resources={"small": 1})),
        beside=beside,
    )
    night.order("ops/y")
    night.order("ops/x")
    holds = f"ops/y@{DAY}.1:holds"
    assert night.why(X, "second")["resource:big"].about == (f"{X}:first",)
    assert roots(ask(night, f"{X}:second")) == [f"{holds} is starting, since 13:00"]


def test_a_slot_is_about_those_that_have_had_theirs_for_longest() -> None:
    night = Night(process("ops/x", *(task(f"t{n}") for n in range(8))), slots=7)
    night.order("ops/x")
    gate = night.why(X, "t7")["slot:local"]
    assert gate.about == tuple(f"{X}:t{n}" for n in range(5))
    assert tree(ask(night, f"{X}:t7").because)[0] == "7 of 7 slots of local in use"
    night.end(X, "t0")
    assert night.states(X)["t7"] == "starting"
    draft = Draft(night.snapshot, night.now)
    assert draft.occupants("local")[0] == f"{X}:t1"
    draft.edit_attempt(night.attempt(X, "t1"), state=AttemptState.FAILED)
    assert draft.occupants("local")[0] == f"{X}:t2"


def test_only_what_counts_now_is_a_cause() -> None:
    lock = (Lock("drawer"),)
    night = failing(
        process(
            "ops/x", task("a"), task("b", locks=lock), task("c", "a", locks=lock),
            task("d", "a", work=Manual("all well?")),
        ),
        fails=f"{X}:a",
    )  # fmt: skip
    cause = "a failed: exit code 3, since 13:00 (retry or skip it)"
    assert roots(ask(night, f"{X}:c")) == [cause]
    assert tree(ask(night, f"{X}:c").because) == [cause, f"lock:drawer: held by {X}:b", "  b is starting, since 13:00"]
    assert tree(ask(night, f"{X}:d").because) == [cause, "asks a person: all well?"]
    assert roots(ask(night, X)) == [f"{cause}; 2 tasks wait for this"]
    names = [one.gate.name for one in ask(night, X).gates if one.gate is not None]
    assert names == ["dependency:a", "lock:drawer", "dependency:a", "confirm"]


def test_an_earlier_run_is_told_with_what_keeps_it() -> None:
    night = failing(process("ops/x", task("a")), fails=f"{X}:a")
    second = night.order("ops/x")
    assert tree(ask(night, second).because) == [
        f"{X} is stalled and comes first",
        f"  {X} is stalled",
        f"    {X}:a failed: exit code 3, since 13:00 (retry or skip it)",
    ]


# ends
def test_what_has_ended_well_waits_for_nothing() -> None:
    night = Night(process("ops/x", task("a")))
    night.order("ops/x")
    night.end(X, "a")
    for ref in (X, f"{X}:a"):
        found = ask(night, ref)
        assert (found.state, found.gates, found.because, found.roots) == ("succeeded", (), (), ())


def test_what_was_cancelled_is_its_own_reason() -> None:
    night = Night(process("ops/x", task("a"), task("b", "a")), process("ops/y", task("t", "ops/x:b")))
    night.order("ops/x")
    night.order("ops/y")
    night.start(X, "a")
    night.ask("cancel", X)
    assert ask(night, X).roots == ()
    assert roots(ask(night, f"ops/y@{DAY}.1:t")) == [
        f"{X}:b was cancelled: the run was cancelled, since 13:00 (rerun it)"
    ]
    night.end(X, "a")
    assert roots(ask(night, X)) == [f"{X} was cancelled: cancelled by admin: because, since 13:00 (rerun or order it)"]


def test_a_run_that_was_missed_has_to_be_ordered() -> None:
    night = Night(process("risk/var", task("t")), process("ops/x", task("a"), after=after("risk/var")))
    night.tell(OccurrenceDue(ProcessId("risk/var"), EVENING - MINUTE, missed=True))
    night.order("ops/x")
    assert roots(ask(night, X)) == [
        f"{VAR} was missed: due at 12:59 UTC, when no runtime could order it, since 13:00 (order it)"
    ]


def test_a_run_that_is_being_cancelled_says_so() -> None:
    night = Night(process("ops/x", task("a")), process("ops/y", task("t"), after=after("ops/x")))
    night.order("ops/x")
    night.order("ops/y")
    night.start(X, "a")
    night.ask("cancel", X)
    assert tree(ask(night, f"ops/y@{DAY}.1").because) == [
        f"{X} is running",
        f"  {X}:a is being killed: being killed by admin: because, since 13:00",
    ]


def test_a_task_that_the_run_does_not_need_says_why() -> None:
    night = Night(process("ops/x", task("a"), task("tell", after=after("a", when=Outcome.FAILED))))
    night.order("ops/x")
    night.end(X, "a")
    assert roots(ask(night, f"{X}:tell")) == ["tell is not needed: a is succeeded, since 13:00 (skip it)"]


def test_a_ready_task_that_nothing_keeps_is_on_its_way() -> None:
    night = Night(process("ops/x", task("a"), task("b", "a")), slots=0)
    night.order("ops/x")
    night.snapshot.pools = {"local": 1}
    found = ask(night, f"{X}:a")
    assert (found.because, found.roots) == ((), ())
    assert roots(ask(night, X)) == ["a is ready, since 13:00; 1 task waits for this"]


# what is not at hand
def test_runs_that_are_not_whole_are_named_and_not_looked_into() -> None:
    night = failing(
        process("risk/var", task("compute"), task("publish", "compute")),
        process("ops/x", task("load", "risk/var:publish"), after=()),
        process("ops/y", task("t"), after=after("risk/var")),
        fails=f"{VAR}:compute",
    )
    found = ask(night, f"{X}:load", whole=[X])
    assert found.beyond == (VAR,)
    assert roots(found) == [f"{VAR}:publish waits, since 13:00"]
    assert ask(night, f"{X}:load", whole=[X, VAR]).beyond == ()
    of_run = ask(night, f"ops/y@{DAY}.1", whole=[f"ops/y@{DAY}.1"])
    assert (of_run.beyond, roots(of_run)) == (
        (VAR,), [f"{VAR} is stalled: compute failed: exit code 3, since 13:00"],
    )  # fmt: skip


def test_a_rival_that_only_competes_is_told_by_its_attempt() -> None:
    lock = (Lock("drawer"),)
    night = Night(process("ops/x", task("a", locks=lock)), process("ops/y", task("t", locks=lock), task("u")))
    night.order("ops/y")
    night.order("ops/x")
    y = f"ops/y@{DAY}.1"
    full = night.snapshot
    picture = Picture(
        runs=(night.run(X),), tasks=(night.task(X, "a"),), attempts=(night.attempt(y, "t"), night.attempt(y, "u")),
        definitions=full.definitions, beside=(night.run(y),),
    )  # fmt: skip
    draft = Draft(Snapshot.of(full.catalogue, picture, pools={"local": 4}, users=USERS), night.now)
    found = why(draft, night.run(X), night.task(X, "a"), whole=[RunId(X)])
    assert [(root.says, root.state, root.ref) for root in found.roots] == [(f"{y}:t is starting", "starting", f"{y}:t")]
    assert found.beyond == ()
    behind = Behind(draft, X, [RunId(X)])
    assert behind.told(f"{y}:none").says == f"{y}:none waits as well"
    assert behind.roots(y).keys() == {y}
    assert behind.beyond == {y: None}


def test_pictures_are_joined_run_by_run() -> None:
    night = Night(process("ops/x", task("a"), task("b", "a")), process("ops/y", task("t")))
    night.order("ops/x")
    night.order("ops/y")
    y = f"ops/y@{DAY}.1"
    ours = Picture(
        runs=(night.run(X),), tasks=(night.task(X, "a"), night.task(X, "b"), night.task(y, "t")),
        attempts=(night.attempt(X, "a"),), definitions=night.snapshot.definitions, beside=(night.run(y),),
    )  # fmt: skip
    night.end(X, "a")
    theirs = Picture(
        runs=(night.run(X), night.run(y)), tasks=(night.task(X, "a"), night.task(y, "t")),
        attempts=(night.attempt(X, "b"),),
    )  # fmt: skip
    joined = ours.joined(theirs)
    assert [run.id for run in joined.runs] == [X, y]
    assert [(one.ref, one.state.value) for one in joined.tasks] == [
        (f"{X}:a", "starting"), (f"{X}:b", "waiting"), (f"{y}:t", "starting"),
    ]  # fmt: skip
    assert joined.beside == ()
    assert {one.id for one in joined.attempts} == {f"{X}:a.1", f"{X}:b.1"}


def test_a_task_that_has_started_has_no_gates() -> None:
    night = Night(process("ops/x", task("a"), task("b", "a")))
    run = night.order("ops/x")
    draft = Draft(night.snapshot, EVENING)
    assert gates_of(draft, night.run(run), night.task(run, "a")) == ()
    assert [gate.name for gate in gates_of(draft, night.run(run), night.task(run, "b"))] == ["dependency:a"]
