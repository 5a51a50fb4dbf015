"""The sample brokerage as files, as text and as what BOMS makes of it."""

from pathlib import Path
from typing import Any

import yaml

from boms_tui.model.definitions import Source, plan_apply
from boms_tui.model.picture import Catalogue

DATA = Path(__file__).resolve().parents[2] / "data"
FILES = sorted((DATA / "definitions").rglob("*.yaml"))


def documents(kind: str) -> dict[str, dict[str, Any]]:
    """The documents of one kind, by id; every scalar is text."""
    found: dict[str, dict[str, Any]] = {}
    for file in FILES:
        for document in yaml.load_all(file.read_text(encoding="utf-8"), yaml.BaseLoader):
            if next(iter(document)) == kind:
                found[document[kind]] = document
    return found


def expected() -> dict[str, Any]:
    """What a night comes to."""
    read: dict[str, Any] = yaml.safe_load((DATA / "expected.yaml").read_text(encoding="utf-8"))
    return read


def of_the_night() -> set[str]:
    """The processes of a night: those that a person orders, and what follows from them."""
    processes, found = documents("process"), set(expected()["order"])
    while more := {name for name in processes.keys() - found if _begins_with(processes[name], found)}:
        found |= more
    return found


def _begins_with(process: dict[str, Any], upstream: set[str]) -> bool:
    return any(start.get("process") in upstream for start in process["start"])


def in_force() -> Catalogue:
    """What is in force once the sample has been applied."""
    sources = [Source(file.relative_to(DATA).as_posix(), file.read_bytes()) for file in FILES]
    return plan_apply(sources, []).catalogue
