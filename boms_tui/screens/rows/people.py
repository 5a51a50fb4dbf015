"""Contacts and users as lines."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from boms_tui.model.definition import Contact
from boms_tui.model.views import UserRow
from boms_tui.screens.line import Column, Line, Span, blank, cells, line
from boms_tui.screens.text import clip, fit, safe
from boms_tui.screens.when import Moment, clock_text, length

WIDE = 100
"""From this width on a contact has one line with all that is known of it."""


def contact_columns(width: int) -> tuple[Column, ...]:
    """The columns of a list of contacts; a narrow one has hours and the next in a second line."""
    if width < WIDE:
        return Column("    NAME", 31), Column("PHONE", 17), Column("MAIL", max(0, width - 51))
    rest = width - 32 - 18 - 30
    return Column("    NAME", 31), Column("PHONE", 17), Column("MAIL", 28), Column("HOURS", max(0, rest - 1))


def contacts_lines(contacts: Sequence[Contact], moment: Moment) -> list[Line]:
    """Everybody who can be called, by name."""
    ordered = sorted(contacts, key=lambda contact: contact.name)
    if moment.width >= WIDE:
        return [_wide_line(contact, number, moment) for number, contact in enumerate(ordered, 1)]
    return [
        line for number, contact in enumerate(ordered, 1) for line in contact_lines(contact, number, moment, pick=True)
    ]


def _wide_line(contact: Contact, number: int, moment: Moment) -> Line:
    contents = (
        Span(f"{number:>3} {safe(contact.name)}", "strong"),
        Span(safe(contact.phone), "accent"),
        Span(safe(contact.mail), "dim"),
        Span(_hours(contact) or "at any time", "faint"),
    )
    return Line(contact.id, cells(contact_columns(moment.width), contents))


def _hours(contact: Contact) -> str:
    return safe(", ".join(f"{days} {times}" for days, times in contact.hours.items()))


def ladder_lines(contacts: Sequence[Contact], first: str, moment: Moment) -> list[Line]:
    """Whom to call when this contact is to be reached: at once, and after how long without an answer who is next."""
    known = {contact.id: contact for contact in contacts}
    if first not in known:
        return []
    lines = [line("#who", (clip(safe(known[first].name), moment.width), "strong")), blank("#gap")]
    for wait, contact in _ladder(known, first):
        at = f"after {length(wait)}" if wait else "at once"
        lines.append(line(f"#{contact.id}", (f"{fit(at, 12)} ", "faint"), safe(contact.name)))
        for number, text in enumerate(filter(None, (safe(contact.phone), safe(contact.mail), _hours(contact)))):
            shown = clip(text, max(0, moment.width - 13))
            lines.append(line(f"#{contact.id}.{number}", " " * 13, (shown, "accent" if number == 0 else "dim")))
    return lines


def _ladder(known: Mapping[str, Contact], first: str) -> Iterator[tuple[timedelta, Contact]]:
    """The contacts in the order of being called, each with the time since the first call."""
    waiting, seen = [(timedelta(0), first)], set[str]()
    while waiting:
        at, name = min(waiting)
        waiting.remove((at, name))
        if name in seen or name not in known:
            continue
        seen.add(name)
        yield at, known[name]
        waiting += [(at + wait, after) for after, wait in known[name].then.items()]


def contact_lines(contact: Contact, number: int, moment: Moment, *, pick: bool = False) -> Iterator[Line]:
    """A contact: how to reach it, when, and who is next."""
    hours = _hours(contact)
    then = ", ".join(f"after {length(wait)} {name}" for name, wait in contact.then.items())
    yield line(
        f"#{contact.id}" if not pick else contact.id,
        (f"  {number} ", "faint"),
        (fit(safe(contact.name), 27) + " ", "strong"),
        (fit(safe(contact.phone), 17) + " ", "accent"),
        (clip(safe(contact.mail), max(0, moment.width - 51)), "dim"),
        pick=pick,
    )
    if hours or then:
        text = "; ".join(filter(None, (hours, safe(then))))
        yield line(f"#{contact.id}.hours", (f"    {clip(text, moment.width - 4)}", "faint"))


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
            Span(safe(roles_text(user, moment)), "dim"),
            state,
            Span(clock_text(user.created_at, moment.zone, now=moment.now), "faint"),
        )
        lines.append(Line(user.name, cells(table, contents)))
    return lines


def roles_text(user: UserRow, moment: Moment) -> str:
    """The roles of a person, each that is lent with its end."""
    lent = [
        f"{one.role} until {clock_text(one.until, moment.zone, now=moment.now)}"
        for one in user.lent
        if one.stands(moment.now)
    ]
    return ", ".join((*user.roles, *lent))


def _state(user: UserRow, moment: Moment) -> Span:
    if user.disabled:
        return Span("× disabled", "wait")
    if user.locked_until is not None and user.locked_until > moment.now:
        return Span(f"▲ locked until {clock_text(user.locked_until, moment.zone, now=moment.now)}", "warn")
    if user.must_change:
        return Span("◦ must change the password", "accent")
    return Span("✓ may sign in", "ok")
