"""The store is brought back from an older copy of itself: nothing starts until an admin says so, and nothing twice."""

from collections.abc import Iterator

from boms_tui.model.ids import RunId
from tests.chaos.campaign import Figures, Stage, figures_of
from tests.chaos.judge import Finding, Kind
from tests.chaos.night import varied
from tests.chaos.rig import Rig
from tests.runtime.house import wait_until


def of_store(stage: Stage) -> Figures:
    """`times` backups, each brought back when the night it was taken in and one that it knows nothing of are over."""
    strange: list[Finding] = []
    backup = stage.folder / "backup.db"
    with Rig(stage.folder, varied()) as rig:
        rig.apply_night()
        rig.lead()
        for number in range(stage.times):
            rig.order_night()
            wait_until(rig.shims, "tasks to run")
            backup.unlink(missing_ok=True)
            rig.store.backup(backup)
            forgotten = rig.order_night()
            rig.wait_quiet()
            ran = _starts(rig)
            rig.kill_runtime()
            rig.bring_back(backup)
            rig.ordered.remove(forgotten)
            rig.lead()
            again = rig.order_night()
            if again != forgotten:
                strange.append(Finding(Kind.UNEXPECTED, f"{forgotten} came again as {again}"))
            wait_until(lambda: _is_held(rig, again), "the hold on all that starts")  # noqa: B023
            strange += _started_since(rig, ran)
            assert rig.act("release", "/").code == "ok"
            rig.wait_quiet()
            strange += _started_since(rig, ran)
            stage.progress(number + 1, stage.times)
        return figures_of(rig, stage.times, *strange)


def _is_held(rig: Rig, run: RunId) -> bool:
    return any("older than it was" in gate.detail for gate in rig.client.task(f"{run}:root").gates)


def _starts(rig: Rig) -> set[str]:
    return {attempt for attempt, _, what in rig.witnessed() if what == "start"}


def _started_since(rig: Rig, ran: set[str]) -> Iterator[Finding]:
    for attempt in sorted(_starts(rig) - ran):
        yield Finding(Kind.DOUBLED, f"{attempt} is work that had been done when the store was brought back")
