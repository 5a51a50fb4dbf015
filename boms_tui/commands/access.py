"""The command line's session: `login`, `logout` and `whoami`."""

import getpass
from argparse import Namespace

from boms_tui.commands import passwords
from boms_tui.commands.command import Command, Parser
from boms_tui.commands.context import Context
from boms_tui.commands.session import credentials_from_environment
from boms_tui.errors import ExitCode, MustChangeError, NotAuthorisedError
from boms_tui.screens.gateway import SignedIn


def _login_arguments(parser: Parser) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true",
        help="read the password from standard input; a second line is the new one, where it must be changed",
    )  # fmt: skip


def login(context: Context, given: Namespace) -> int:
    user = context.user or getpass.getuser()
    client = context.client
    password = _password(user, from_stdin=given.password_stdin)
    try:
        signed_in = client.sign_in(user, password)
    except MustChangeError as error:
        context.out.note(f"{error.title}")
        changed = passwords.new_password(user, from_stdin=given.password_stdin)
        signed_in = client.sign_in(user, password, changed)
    return _say(context, signed_in)


def _password(user: str, *, from_stdin: bool) -> str:
    if from_stdin:
        return passwords.line_from_stdin()
    known = credentials_from_environment(user)
    return known[1] if known else passwords.ask(f"password of {user}: ")


def logout(context: Context, _given: Namespace) -> int:
    context.client.sign_out()
    if context.out.as_json:
        context.out.json({"user": None})
    return ExitCode.DONE


def whoami(context: Context, _given: Namespace) -> int:
    signed_in = context.client.signed_in()
    if signed_in is None:
        raise NotAuthorisedError("nobody is signed in", "`boms login --user NAME`")
    if any(row.name == signed_in.user and row.disabled for row in context.reader.users()):
        raise NotAuthorisedError(f"the account {signed_in.user} is disabled", "ask an admin: `boms users enable NAME`")
    return _say(context, signed_in)


def _say(context: Context, signed_in: SignedIn) -> int:
    if context.out.as_json:
        context.out.json({"user": signed_in.user, "roles": signed_in.roles, "verbs": sorted(signed_in.verbs)})
    else:
        context.out.line(f"{signed_in.user}: {', '.join(signed_in.roles)}")
    return ExitCode.DONE


COMMANDS = {"login": Command(login, _login_arguments), "logout": Command(logout), "whoami": Command(whoami)}
