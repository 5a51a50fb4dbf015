"""Contacts and users as lines."""

from collections.abc import Sequence

from boms_tui.model.definition import Contact
from boms_tui.model.views import UserRow
from boms_tui.screens.line import Column, Line, Span, cells
from boms_tui.screens.rows.task import contact_lines
from boms_tui.screens.text import safe
from boms_tui.screens.when import Moment, clock_text


def contacts_lines(contacts: Sequence[Contact], moment: Moment) -> list[Line]:
    """Everybody who can be called, by name."""
    ordered = sorted(contacts, key=lambda contact: contact.name)
    return [
        line for number, contact in enumerate(ordered, 1) for line in contact_lines(contact, number, moment, pick=True)
    ]


def user_columns(width: int) -> tuple[Column, ...]:
    roles = min(40, max(12, width - 20 - 30 - 13 - 5))
    return Column(" USER", 20), Column("ROLES", roles), Column("STATE", 30), Column("SINCE", 12)


def user_lines(users: Sequence[UserRow], moment: Moment) -> list[Line]:
    """The users, those who cannot sign in told by sign and word."""
    table = user_columns(moment.width)
    lines = []
    for user in sorted(users, key=lambda user: user.name):
        state = _state(user, moment)
        contents = (
            Span(f" {safe(user.name)}", "dim" if user.disabled else "strong"),
            Span(safe(", ".join(user.roles)), "dim"),
            state,
            Span(clock_text(user.created_at, moment.zone, now=moment.now), "faint"),
        )
        lines.append(Line(user.name, cells(table, contents)))
    return lines


def _state(user: UserRow, moment: Moment) -> Span:
    if user.disabled:
        return Span("× disabled", "wait")
    if user.locked_until is not None and user.locked_until > moment.now:
        return Span(f"▲ locked until {clock_text(user.locked_until, moment.zone, now=moment.now)}", "warn")
    if user.must_change:
        return Span("◦ must change the password", "accent")
    return Span("✓ may sign in", "ok")
