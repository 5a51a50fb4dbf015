"""What waits for a second person, as it is read."""

from sqlalchemy import Connection, select

from boms_tui.model.approval import Approval
from boms_tui.store import tables


def waiting(connection: Connection) -> list[Approval]:
    """What a second person may still say yes to, the oldest first."""
    rows = select(tables.approval).where(tables.OPEN_APPROVAL).order_by(tables.approval.c.asked_at)
    return [one for one in (Approval(*row) for row in connection.execute(rows)) if one.is_open]
