"""What the JSON of processes and that of tasks have in common: dependencies, windows and durations."""

from datetime import date, time, timedelta
from typing import Any, TypeAlias

from boms_tui.model.definition import Dependency, Outcome, RelativeDate, Window

Json: TypeAlias = dict[str, Any]


def dump_dependency(dependency: Dependency) -> Json:
    on = dependency.date
    return {
        "when": dependency.when,
        "process": dependency.process,
        "task": dependency.task,
        "date": on if isinstance(on, RelativeDate) else on.isoformat(),
        "if_planned": dependency.if_planned,
    }


def load_after(entries: list[Json]) -> tuple[Dependency, ...]:
    return tuple(
        [
            Dependency(
                _OUTCOMES[entry["when"]],
                entry["process"],
                entry["task"],
                _DATES.get(entry["date"]) or date.fromisoformat(entry["date"]),
                entry["if_planned"],
            )
            for entry in entries
        ]
    )


def dump_window(window: Window) -> Json:
    return {"start": window.start.isoformat(), "end": window.end.isoformat()}


def load_window(fields: Json) -> Window:
    return Window(time.fromisoformat(fields["start"]), time.fromisoformat(fields["end"]))


def seconds(duration: timedelta | None) -> float | None:
    if duration is None:
        return None
    return duration.total_seconds() if duration.microseconds else duration // timedelta(seconds=1)


def load_seconds(found: float | None) -> timedelta | None:
    return None if found is None else timedelta(seconds=found)


_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_DATES = {relative.value: relative for relative in RelativeDate}
