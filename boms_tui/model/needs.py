"""What an attempt takes of things there is only so much of: units of resources, and locks."""

from typing import NamedTuple, TypeAlias

from boms_tui.model.definition import LockMode, Manual, Task
from boms_tui.model.picture import Catalogue

FULL = 1_000_000_000
"""The units of a lock: each that shares it takes one of them, and one that has it alone takes all."""
RESOURCE = "resource:"
LOCK = "lock:"


class Need(NamedTuple):
    """`units` of what the gate `name` guards, which is `resource:NAME` or `lock:NAME`."""

    name: str
    units: int


Needs: TypeAlias = tuple[Need, ...]


def needs_of(task: Task) -> Needs:
    """What each attempt of a task takes, sorted by name."""
    if isinstance(task.work, Manual):
        return ()
    units = {f"{RESOURCE}{name}": number for name, number in task.resources.items() if number > 0}
    for lock in task.locks:
        name = f"{LOCK}{lock.name}"
        units[name] = max(units.get(name, 0), FULL if lock.mode is LockMode.EXCLUSIVE else 1)
    return tuple(Need(*one) for one in sorted(units.items()))


def units_of(catalogue: Catalogue, name: str) -> int | None:
    """How many units there are of what a need names; None where there is no such resource."""
    if name.startswith(LOCK):
        return FULL
    resource = catalogue.resources.get(name.removeprefix(RESOURCE))
    return None if resource is None else resource.units
