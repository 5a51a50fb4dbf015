"""Why a run or task does not go on, with a look into the other runs that this leads to."""

from datetime import datetime

from boms_tui.commands import views
from boms_tui.commands.ports import Reader
from boms_tui.model.ids import split_ref
from boms_tui.model.views import Reasons
from boms_tui.model.why import why

MOST = 20
"""How many other runs are looked into."""


def reasons(reader: Reader, ref: str, now: datetime) -> Reasons:
    """The reasons of a run or of `RUN:TASK`: one picture of it, and one of each run that is behind it.

    Raises:
        UsageError: there is no such run, or no such task of it.
    """
    run_id, _ = split_ref(ref)
    catalogue, picture, whole = reader.catalogue(), reader.picture(run_id), {run_id}
    while True:
        draft = views.draft_of(reader, catalogue, picture, now)
        found = why(draft, views.run_of(picture, run_id), views.task_of(picture, ref), whole=whole)
        wanted = found.beyond[: MOST + 1 - len(whole)]
        if not wanted:
            return found
        whole.update(wanted)
        for other in wanted:
            picture = picture.joined(reader.picture(other))
