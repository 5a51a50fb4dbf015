"""What a task says of itself, for people and for scripts."""

from boms_tui.commands.out import iso
from boms_tui.model.views import Progress


def said(progress: Progress) -> str:
    """`42% copying`"""
    percent = f"{progress.meter}%" if progress.meter is not None else ""
    return " ".join(filter(None, (percent, progress.label)))


def progress_json(progress: Progress | None) -> dict[str, object] | None:
    return {"meter": progress.meter, "label": progress.label, "at": iso(progress.at)} if progress is not None else None
