"""Who may sign in, and what each role may do: `users` and `roles`."""

from argparse import Namespace
from collections.abc import Mapping

from boms_tui import clock
from boms_tui.commands import passwords
from boms_tui.commands.command import Command, Parser, reason
from boms_tui.commands.context import Context
from boms_tui.commands.out import iso
from boms_tui.commands.verdicts import exit_code, print_verdict, worst
from boms_tui.errors import ExitCode, UsageError
from boms_tui.model.rights import known_roles, verbs_of
from boms_tui.model.views import UserRow

_WITH_PASSWORD = frozenset({"add", "reset"})
_WITH_ROLES = frozenset({"add", "roles"})
_ALIASES: Mapping[str, str] = {"password": "reset"}


def _users_arguments(parser: Parser) -> None:
    parser.add_argument(
        "do", nargs="?", default="list", metavar="ACT",
        choices=("list", "add", "disable", "enable", "unlock", "password", "reset", "roles"),
        help="list (default), add, disable, enable, unlock, password (or reset), roles",
    )  # fmt: skip
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--role", action="append", default=[], metavar="R", help="may be repeated")
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
    return worst([_act(context, act, name, given) for name in given.names])


def _act(context: Context, act: str, name: str, given: Namespace) -> int:
    parameters = {"do": act}
    if act in _WITH_ROLES:
        parameters["roles"] = ",".join(given.role)
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
            }
            for row in rows
        ])  # fmt: skip
    else:
        context.out.table(
            ("NAME", "ROLES", "STATUS", "SINCE"),
            [(row.name, ", ".join(row.roles), _status(row), row.created_at) for row in rows],
        )
    return ExitCode.DONE


def _status(row: UserRow) -> str:
    if row.disabled:
        return "disabled"
    if row.locked_until is not None and clock.now() < row.locked_until:
        return "locked"
    return "must change the password" if row.must_change else "active"


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


COMMANDS = {"users": Command(users, _users_arguments), "roles": Command(roles)}
