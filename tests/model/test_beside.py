"""What a reader knows of other runs: no more than what they hold and what they wait for."""

from boms_tui.model.definition import Lock
from boms_tui.model.draft import Draft
from boms_tui.model.effect import preview
from boms_tui.model.gates import all_gates
from boms_tui.model.picture import Picture
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import TaskState
from tests.model.night import Night, process, task

ALONE = (Lock("positions"),)


def seen_from(night: Night, run: str) -> Snapshot:
    """The snapshot that a reader makes who looks at one run."""
    whole = night.snapshot
    tasks = [one for tasks in whole.tasks.values() for one in tasks.values()]
    return Snapshot.of(
        whole.catalogue,
        Picture(
            runs=(night.run(run),),
            tasks=tuple(one for one in tasks if one.run == run or one.state is TaskState.READY),
            attempts=tuple(whole.attempts.values()),
            definitions=whole.definitions,
            beside=tuple(other for other in whole.runs.values() if other.id != run),
        ),
        pools=dict.fromkeys(whole.pools, 0),
        users=whole.users.values(),
    )


def test_why_names_holders_and_counts_rivals_of_other_runs() -> None:
    night = Night(*(process(f"ops/{name}", task("first", locks=ALONE), task("next", "first")) for name in "abc"))
    a, _, c = (night.order(f"ops/{name}") for name in "abc")
    snapshot = seen_from(night, c)
    draft = Draft(snapshot, night.now)
    gates = {gate.name: gate for gate in all_gates(draft, night.run(c), night.task(c, "first"))}
    assert gates["lock:positions"].detail == f"held by {a}:first; ops/b@2026-11-20.1:first waits before it"
    assert gates["lock:positions"].detail == night.why(c, "first")["lock:positions"].detail


def test_a_preview_takes_them_into_account() -> None:
    night = Night(*(process(f"ops/{name}", task("first", locks=ALONE), task("next", "first")) for name in "abc"))
    _, b, c = (night.order(f"ops/{name}") for name in "abc")
    freed = preview(seen_from(night, c), "free", f"{c}:first", night.now, {"gate": "lock:positions"})
    assert (freed.frees, freed.then) == (("first",), ("next",))
    skipped = preview(seen_from(night, b), "skip", f"{b}:first", night.now)
    assert skipped.frees == ("next",)
