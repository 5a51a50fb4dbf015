"""Stored definitions written back as YAML, as their authors wrote them."""

from collections.abc import Iterable

from boms_tui.model.records import Revision


def export(revisions: Iterable[Revision]) -> str:
    """One YAML text with the documents of `revisions`; applied again, it changes nothing."""
    return "---\n".join(revision.source for revision in revisions)
