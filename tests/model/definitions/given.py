"""Definitions in few words, and what is wrong with them."""

from datetime import UTC, datetime

from boms_tui.model.definition import Process
from boms_tui.model.definitions import Applied, DefinitionError, Problem, Source, plan_apply
from boms_tui.model.ids import ProcessId
from boms_tui.model.records import Revision

AT = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def applied(*texts: str, current: tuple[Revision, ...] = ()) -> Applied:
    return plan_apply([Source(f"{n}.yaml", text.encode()) for n, text in enumerate(texts, 1)], current)


def process(text: str, name: str = "a", *others: str) -> Process:
    """The process `name` that `text` defines."""
    return applied(text, *others).catalogue.processes[ProcessId(name)]


def problems(*texts: str | bytes, current: tuple[Revision, ...] = ()) -> tuple[Problem, ...]:
    """Everything that is wrong with these files, named `1.yaml` and on; none where nothing is."""
    raw = [text.encode() if isinstance(text, str) else text for text in texts]
    try:
        plan_apply([Source(f"{n}.yaml", text) for n, text in enumerate(raw, 1)], current)
    except DefinitionError as error:
        return error.problems
    return ()


def told(*texts: str | bytes, current: tuple[Revision, ...] = ()) -> list[str]:
    return [str(problem) for problem in problems(*texts, current=current)]


def revisions(*applies: Applied) -> tuple[Revision, ...]:
    """The newest revision of each document after these applies, one after the other."""
    newest: dict[tuple[str, str], Revision] = {}
    for apply in applies:
        for kind, name, source, body in apply.documents:
            before = newest.get((kind, name))
            number = before.number + 1 if before else 1
            newest[kind, name] = Revision(kind, name, number, source, body, "author", AT)
    return tuple(newest.values())
