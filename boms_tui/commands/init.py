"""`boms init`: a home that works, from nothing or from an older one."""

from argparse import Namespace

from boms_tui.commands import passwords
from boms_tui.commands.command import Command, Parser
from boms_tui.commands.context import Context
from boms_tui.errors import ExitCode


def arguments(parser: Parser) -> None:
    parser.add_argument("--admin", metavar="NAME", help="make this user an admin, with a password that may stay")
    parser.add_argument("--password-stdin", action="store_true", help="read the admin's password from standard input")


def init(context: Context, given: Namespace) -> int:
    made = prepare(context)
    admin = given.admin
    if admin is not None and any(row.name == admin for row in context.reader.users()):
        context.out.note(f"there is a user {admin} already; nothing about it was changed")
        admin = None
    if admin is not None:
        context.store.appoint(admin, passwords.new_password(admin, from_stdin=given.password_stdin), ("admin",))
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


def prepare(context: Context) -> bool:
    """Folders, keys and the store, each as far as it is missing; whether the store is a new one."""
    from boms_tui.commands.wiring import upgrade_store
    from boms_tui.runtime.keys import Keyring

    home = context.home
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in (home.spool, home.logs, home.work):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    Keyring.create(home.keys)
    return upgrade_store(home)


COMMANDS = {"init": Command(init, arguments)}
