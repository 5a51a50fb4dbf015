"""Who may sign in: `users`."""

from argparse import Namespace
from collections.abc import Mapping

from boms_tui import clock
from boms_tui.commands import passwords
from boms_tui.commands.command import Command, Parser, reason
from boms_tui.commands.context import Context
from boms_tui.commands.out import iso
from boms_tui.commands.times import instant
from boms_tui.commands.verdicts import exit_code, print_verdict, worst
from boms_tui.errors import ExitCode, UsageError
from boms_tui.model.views import UserRow

_WITH_PASSWORD = frozenset({"add", "reset"})
_WITH_ROLES = frozenset({"add", "roles", "grant", "lend", "take-back"})
_ALIASES: Mapping[str, str] = {"password": "reset"}


def _users_arguments(parser: Parser) -> None:
    parser.add_argument(
        "do", nargs="?", default="list", metavar="ACT",
        choices=(
            "list", "add", "disable", "enable", "unlock", "password", "reset", "roles", "grant", "lend", "take-back",
        ),
        help="list (default), add, disable, enable, unlock, password (or reset), roles (these and no others), grant "
        "(one more), lend (until a time), take-back (what was lent)",
    )  # fmt: skip
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--role", action="append", default=[], metavar="R", help="may be repeated")
    parser.add_argument("--until", metavar="TIME", help="when what is lent ends, in the home's zone")
    parser.add_argument("--password-stdin", action="store_true", help="read the new password from standard input")
    parser.add_argument("--keep-password", action="store_true", help="it need not be changed at the first sign-in")
    reason(parser, required=False)


def users(context: Context, given: Namespace) -> int:
    if given.do == "list":
        return _list(context)
    act = _ALIASES.get(given.do, given.do)
    if not given.names:
        raise UsageError(f"users {given.do} needs a name", "`boms users` lists them")
    if act in _WITH_PASSWORD and len(given.names) > 1:
        raise UsageError("one password, one user", "name one user at a time")
    if act in _WITH_ROLES and not given.role:
        raise UsageError(f"users {given.do} needs a role", "give --role; `boms roles` lists them")
    if (act == "lend") != (given.until is not None):
        raise UsageError("--until says when what is lent ends", "boms users lend NAME --role R --until TIME")
    return worst([_act(context, act, name, given) for name in given.names])


def _act(context: Context, act: str, name: str, given: Namespace) -> int:
    parameters = {"do": act}
    if act in _WITH_ROLES:
        parameters["roles"] = ",".join(given.role)
    if act == "lend" and given.until is not None:
        parameters["until"] = instant(context, given.until)
    if given.keep_password:
        parameters |= {"keep_password": "yes"}
    secret = passwords.new_password(name, from_stdin=given.password_stdin) if act in _WITH_PASSWORD else ""
    verdict = context.client.act("users", name, reason=given.reason, parameters=parameters, secret=secret)
    print_verdict(context.out, name, verdict)
    return exit_code(verdict)


def _list(context: Context) -> int:
    rows = context.reader.users()
    if context.out.as_json:
        context.out.json([
            {
                "name": row.name, "roles": row.roles, "disabled": row.disabled, "must_change": row.must_change,
                "locked_until": iso(row.locked_until), "created_at": iso(row.created_at),
                "lent": [{"role": one.role, "until": iso(one.until), "by": one.by} for one in row.lent],
            }
            for row in rows
        ])  # fmt: skip
    else:
        context.out.table(
            ("NAME", "ROLES", "STATUS", "SINCE"),
            [(row.name, _roles_text(row, context), _status(row), row.created_at) for row in rows],
        )
    return ExitCode.DONE


def _roles_text(row: UserRow, context: Context) -> str:
    now = clock.now()
    lent = (f"{one.role} until {context.out.time_of_day(one.until, now)}" for one in row.lent if one.stands(now))
    return ", ".join((*row.roles, *lent))


def _status(row: UserRow) -> str:
    if row.disabled:
        return "disabled"
    if row.locked_until is not None and clock.now() < row.locked_until:
        return "locked"
    return "must change the password" if row.must_change else "active"


COMMANDS = {"users": Command(users, _users_arguments)}
