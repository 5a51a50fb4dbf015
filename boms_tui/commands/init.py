"""`boms init`: a home that works, from nothing or from an older one."""

from argparse import Namespace

from boms_tui.commands import passwords
from boms_tui.commands.command import Command, Parser
from boms_tui.commands.context import Context
from boms_tui.errors import BomsError, ExitCode, NoAnswerError


def arguments(parser: Parser) -> None:
    parser.add_argument("--admin", metavar="NAME", help="make this user an admin, with a password that may stay")
    parser.add_argument("--password-stdin", action="store_true", help="read the admin's password from standard input")


def init(context: Context, given: Namespace) -> int:
    admin = given.admin
    password = "" if admin is None else _first_password(context, admin, from_stdin=given.password_stdin)
    made = prepare(context)
    if admin is not None:
        context.store.appoint(admin, password, ("admin",))
    if context.out.as_json:
        context.out.json({
            "home": str(context.home.path), "store": context.store.place, "created": made, "admin": admin
        })  # fmt: skip
        return ExitCode.DONE
    context.out.line(f"{'created' if made else 'upgraded'} {context.home.path}")
    if admin is not None:
        context.out.line(f"admin {admin}")
    elif not context.reader.users():
        context.out.line("nobody can sign in yet: `boms init --admin NAME` makes the first admin")
    return ExitCode.DONE


def _first_password(context: Context, admin: str, *, from_stdin: bool) -> str:
    """The first admin's password, asked for before anything is made.

    Raises:
        BomsError: there is an admin already, or the password is too weak.
    """
    from boms_tui.runtime.people.passwords import weakness

    known = _admin(context)
    if known:
        raise BomsError(f"there is an admin already: {known}", f"`boms users add {admin} --role admin`, as an admin")
    password = passwords.new_password(admin, from_stdin=from_stdin)
    if weak := weakness(password, admin):
        raise BomsError(weak, "choose another password")
    return password


def _admin(context: Context) -> str:
    """An admin that this home's store has; "" where it has none, or there is no store yet."""
    try:
        rows = context.reader.users()
    except NoAnswerError:
        return ""
    return next((row.name for row in rows if "admin" in row.roles and not row.disabled), "")


def prepare(context: Context) -> bool:
    """Folders, keys and the store, each as far as it is missing; whether the store is a new one."""
    from boms_tui.commands.wiring import upgrade_store
    from boms_tui.runtime.people.keys import Keyring

    home = context.home
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in (home.spool, home.logs, home.work):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    Keyring.create(home.keys)
    return upgrade_store(home, creates=True)


COMMANDS = {"init": Command(init, arguments)}
