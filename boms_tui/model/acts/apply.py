"""apply: take definitions as new revisions, all or none."""

from typing import TYPE_CHECKING

from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.draft import Draft
from boms_tui.model.records import Revision

if TYPE_CHECKING:
    from boms_tui.model.definitions import Applied


def planned(draft: Draft, ask: Ask) -> "Applied | Refusal":
    """What the apply would do, or why it cannot be done."""
    from boms_tui.model.definitions import DefinitionError, Source, plan_apply

    texts = ask.asked.documents
    if not texts:
        return Refusal(Code.NOT_FOUND, "the definitions that the request names are not in the store")
    try:
        sources = [Source(f"document {n}", text.encode()) for n, text in enumerate(texts, 1)]
        return plan_apply(sources, draft.current, site=draft.snapshot.site)
    except DefinitionError as error:
        return Refusal(Code.INVALID, str(error))


def apply(draft: Draft, ask: Ask) -> Refusal | None:
    applied = planned(draft, ask)
    if isinstance(applied, Refusal):
        return applied
    draft.told[ask.asked.request.id] = applied.summary
    if not applied.documents:
        draft.say("definitions-unchanged", "definitions")
        return None
    numbers = {(revision.kind, revision.id): revision.number for revision in draft.current}
    draft.put_revisions(
        [
            Revision(kind, name, numbers.get((kind, name), 0) + 1, source, body, ask.by, draft.now, ask.reason)
            for kind, name, source, body in applied.documents
        ],
        applied.catalogue,
    )
    for what, names in (("created", applied.created), ("changed", applied.changed)):
        for name in names:
            draft.say(f"definition-{what}", name)
    return None
