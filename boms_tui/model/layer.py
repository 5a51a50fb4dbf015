"""Changed records laid over durable ones."""

from collections.abc import Callable, Hashable
from dataclasses import fields
from operator import attrgetter
from typing import Any, Generic, TypeVar

from boms_tui.model.approval import Approval
from boms_tui.model.people import Session, User
from boms_tui.model.records import Attempt, Habit, Hold, Run, Sighting, TaskRun

Key = TypeVar("Key", bound=Hashable)
Record = TypeVar("Record", Run, TaskRun, Attempt, Hold, User, Session, Sighting, Habit, Approval)


class Layer(Generic[Key, Record]):
    """The records of one kind as a decision leaves them.

    A record goes up by one version, however often the decision changes it: the store sees one new row of each.
    """

    def __init__(self, durable: Callable[[Key], Record | None]) -> None:
        self.changed: dict[Key, Record] = {}
        self._durable: Callable[[Key], Record | None] = durable

    def get(self, key: Key) -> Record | None:
        return self.changed.get(key) or self._durable(key)

    def add(self, key: Key, record: Record) -> Record:
        """Take in a record that the store does not have yet."""
        self.changed[key] = record
        return record

    def edit(self, key: Key, record: Record, **changes: Any) -> Record:
        """Change a record from what it was read as."""
        begun = self.changed.get(key)
        edited = replaced(record, version=record.version + 1 if begun is None else begun.version, **changes)
        self.changed[key] = edited
        return edited

    def values(self) -> tuple[Record, ...]:
        return tuple(self.changed.values())


def replaced(record: Record, **changes: Any) -> Record:
    """`dataclasses.replace`, at half its cost: every transition of a night is one."""
    kind = type(record)
    names, values = _READ[kind]
    return kind(**dict(zip(names, values(record), strict=True)) | changes)


def _reader(kind: type[Any]) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names = tuple(field.name for field in fields(kind))
    return names, attrgetter(*names)


_READ = {kind: _reader(kind) for kind in (Run, TaskRun, Attempt, Hold, User, Session, Sighting, Habit, Approval)}
