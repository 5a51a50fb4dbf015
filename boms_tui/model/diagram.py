"""The state diagrams of docs/, drawn from the tables in `states`."""

import sys
from collections.abc import Iterable
from pathlib import Path

from boms_tui.model.states import ATTEMPT_ROWS, RUN_ROWS, TASK_ROWS


def diagrams() -> str:
    """Markdown with one Mermaid state diagram each for task runs, runs and attempts."""
    tasks = ((state.value, target.value, event.value) for event, states, target in TASK_ROWS for state in states)
    runs = ((state.value, target.value, event.value) for event, states, target in RUN_ROWS for state in states)
    attempts = ((state.value, target.value, "") for states, target in ATTEMPT_ROWS for state in states)
    parts = (("Task run", tasks), ("Run", runs), ("Attempt", attempts))
    head = "# States\n\nGenerated from `boms_tui/model/states.py` by `make docs`; a test holds the two together.\n"
    return head + "".join(f"\n## {title}\n\n{_mermaid(rows)}" for title, rows in parts)


def _mermaid(rows: Iterable[tuple[str, str, str]]) -> str:
    labels: dict[tuple[str, str], list[str]] = {}
    for source, target, event in sorted(rows):
        labels.setdefault((source, target), []).append(event)
    lines = [
        f"    {_name(source)} --> {_name(target)}" + (f": {', '.join(filter(None, events))}" if any(events) else "")
        for (source, target), events in labels.items()
    ]
    return "```mermaid\nstateDiagram-v2\n" + "\n".join(lines) + "\n```\n"


def _name(state: str) -> str:
    return state.replace("-", "_")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(diagrams(), encoding="utf-8")
