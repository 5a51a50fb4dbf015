"""What checks found, as scripts and people read it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from boms_tui.commands.out import Out, iso
from boms_tui.model.ids import AttemptId, split_ref
from boms_tui.model.records import Attempt, CheckVerdict
from boms_tui.model.states import AttemptState

Found = Mapping[AttemptId, Sequence[CheckVerdict]]


def by_attempt(verdicts: Iterable[CheckVerdict]) -> Found:
    found: defaultdict[AttemptId, list[CheckVerdict]] = defaultdict(list)
    for verdict in verdicts:
        found[verdict.attempt].append(verdict)
    return found


def checks_json(verdicts: Sequence[CheckVerdict]) -> dict[str, object]:
    """What `checks` is of an attempt that had some."""
    return {"checks": [_check_json(verdict) for verdict in verdicts]} if verdicts else {}


def failed_by_checks(attempts: Iterable[Attempt], found: Found) -> list[CheckVerdict]:
    """Every check of the attempts that a check has failed, of the newest attempt of each task only."""
    newest = {attempt.task: attempt for attempt in sorted(attempts, key=lambda attempt: attempt.number)}
    failed = [attempt for attempt in newest.values() if attempt.state is AttemptState.CHECK_FAILED]
    return [verdict for attempt in failed for verdict in found.get(attempt.id, ())]


def print_checks(out: Out, verdicts: Sequence[CheckVerdict]) -> None:
    """A table below another; nothing where there are none."""
    if verdicts:
        out.line("")
        out.table(
            ("ATTEMPT", "CHECKED", "", "CHECK", "SAW", "AT"),
            [
                (split_ref(one.attempt)[1], one.phase, "passed" if one.passed else "failed", one.check, one.saw, one.at)
                for one in verdicts
            ],
        )


def _check_json(verdict: CheckVerdict) -> dict[str, object]:
    return {
        "phase": verdict.phase, "check": verdict.check, "passed": verdict.passed, "saw": verdict.saw,
        "at": iso(verdict.at),
    }  # fmt: skip
