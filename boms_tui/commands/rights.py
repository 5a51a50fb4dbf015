"""Who may do what, and why: `access` and `roles`."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from datetime import datetime

from boms_tui import clock
from boms_tui.commands import views
from boms_tui.commands.command import Command, Parser
from boms_tui.commands.context import Context
from boms_tui.commands.out import iso
from boms_tui.errors import ExitCode, UsageError
from boms_tui.model.access import Access, access_of, allowed_at
from boms_tui.model.definition import Process
from boms_tui.model.ids import ProcessId, TaskName
from boms_tui.model.nearest import did_you_mean, told
from boms_tui.model.people import User
from boms_tui.model.rights import EVERYWHERE, known_roles, verbs_of


def _arguments(parser: Parser) -> None:
    parser.add_argument("about", metavar="USER|PROCESS[:TASK]", help="whose rights, or who may act there")


def access(context: Context, given: Namespace) -> int:
    users = list(views.people(context.reader))
    user = next((one for one in users if one.name == given.about), None)
    return _of_user(context, user) if user is not None else _at_place(context, given.about, users)


def _of_user(context: Context, user: User) -> int:
    defined, now = context.reader.catalogue().roles, clock.now()
    found = list(access_of(user, defined, now))
    if context.out.as_json:
        context.out.json([_json(one) for one in found])
        return ExitCode.DONE
    if user.disabled:
        context.out.note(f"the account {user.name} is disabled: it may do nothing")
    rows = [(_where(one.grant.scope), because(context, one, now), ", ".join(one.verbs) or "look") for one in found]
    context.out.table(("WHERE", "BECAUSE", "VERBS"), rows)
    return ExitCode.DONE


def _at_place(context: Context, place: str, users: Sequence[User]) -> int:
    catalogue, now = context.reader.catalogue(), clock.now()
    process = _process_of(place, catalogue.processes, users)
    found = list(allowed_at(place, process, users, catalogue.roles, now))
    if context.out.as_json:
        context.out.json([{"user": one.user, "verbs": one.verbs, "by": [_json(by) for by in one.by]} for one in found])
        return ExitCode.DONE
    context.out.table(
        ("USER", "BECAUSE", "MAY"),
        [
            (one.user, "; ".join(because(context, by, now) for by in one.by), ", ".join(one.verbs) or "look")
            for one in found
        ],
    )
    _say_reserved(context, place, process)
    return ExitCode.DONE


def _process_of(place: str, processes: Mapping[ProcessId, Process], users: Sequence[User]) -> Process:
    name, _, task = place.partition(":")
    process = processes.get(ProcessId(name))
    if process is None:
        hint = did_you_mean(place, [*processes, *(user.name for user in users)])
        raise UsageError(f"no user and no process {told(place)}", hint or "`boms users` and `boms plan` list them")
    if task and TaskName(task) not in process.tasks:
        raise UsageError(f"{name} has no task {told(task)}", did_you_mean(task, process.tasks))
    return process


def _say_reserved(context: Context, place: str, process: Process) -> None:
    """What tasks keep for some roles, whatever else the verb takes."""
    task = place.partition(":")[2]
    for name, defined in process.tasks.items():
        if task in {"", name} and defined.authorised:
            kept = "; ".join(f"{verb} for {' or '.join(roles)}" for verb, roles in defined.authorised.items())
            context.out.note(f"{name} reserves {kept}")


def because(context: Context, one: Access, now: datetime) -> str:
    """`operator, through night-shift, lent until 06:00`."""
    through = f", through {', '.join(reversed(one.grant.through))}" if one.grant.through else ""
    until = f", lent until {context.out.time_of_day(one.until, now)}" if one.until is not None else ""
    return f"{one.grant.role}{through}{until}"


def _where(scope: str) -> str:
    return "everywhere" if scope == EVERYWHERE else scope


def _json(one: Access) -> dict[str, object]:
    grant = one.grant
    return {
        "role": grant.role, "scope": grant.scope, "through": grant.through, "until": iso(one.until),
        "verbs": one.verbs,
    }  # fmt: skip


def roles(context: Context, _given: Namespace) -> int:
    """The built-in roles and the organisation's own, with the verbs that each amounts to."""
    defined = context.reader.catalogue().roles
    found = [(role, sorted(verbs_of([name], defined))) for name, role in known_roles(defined).items()]
    if context.out.as_json:
        context.out.json([
            {"role": role.id, "inherits": role.inherits, "scopes": role.scopes, "verbs": verbs}
            for role, verbs in found
        ])  # fmt: skip
    else:
        context.out.table(
            ("ROLE", "INHERITS", "SCOPES", "VERBS"),
            [(role.id, ", ".join(role.inherits), ", ".join(role.scopes), ", ".join(verbs)) for role, verbs in found],
        )
    return ExitCode.DONE


COMMANDS = {"access": Command(access, _arguments), "roles": Command(roles)}
