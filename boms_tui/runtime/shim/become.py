"""In the forked child: wait for the word, then become the task."""

import errno
import os

from .report import explain, number_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from typing import NoReturn

    from .spec import Spec
else:
    import _signal as signal

SECRETS = 3
"""The descriptor on which a runtime hands secrets over, and on which the task finds them."""


def become(spec: "Spec", held: int, failure: int, ours: tuple[int, ...]) -> "NoReturn":
    """Become the task, or say over `failure` why not."""
    what, why_not = b"its input and output", b"0\0it ended before it was executed"
    try:
        for fd in ours:
            os.close(fd)
        os.setsid()
        if os.read(held, 1) == b"g":
            arrange(spec)
            what = b"folder " + spec.directory
            os.chdir(spec.directory)
            what = spec.argv[0]
            execute(spec.argv, spec.environment)
    except (OSError, ValueError) as error:
        why_not = b"%d\0%s" % (number_of(error), explain(what, error))
    finally:
        try:
            os.write(failure, why_not)
        finally:
            os._exit(127)


def arrange(spec: "Spec") -> None:
    """Give the task its input, its output and default signals; all else that is open closes when it executes."""
    os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
    os.dup2(os.open("out.log", os.O_WRONLY | os.O_APPEND), 1)
    os.dup2(1, 2)
    if spec.secrets:
        os.set_inheritable(SECRETS, True)  # noqa: FBT003
    if spec.cgroup:
        join(spec.cgroup)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.umask(spec.umask)


def join(cgroup: bytes) -> None:
    """Enter a cgroup, or stay in the shim's where that cannot be: it only makes a kill surer."""
    try:
        with open(cgroup + b"/cgroup.procs", "wb", buffering=0) as file:
            file.write(b"0")
    except OSError:
        return


def execute(argv: list[bytes], environment: dict[bytes, bytes]) -> None:
    """Execute a path as it stands, a bare name as the task's own PATH finds it.

    Raises:
        OSError: it cannot be executed; otherwise this never returns.
    """
    if b"/" in argv[0]:
        os.execve(argv[0], argv, environment)
    failure: OSError = FileNotFoundError(errno.ENOENT, "")
    for folder in environment.get(b"PATH", b"/usr/bin:/bin").split(b":"):
        try:
            os.execve(folder + b"/" + argv[0], argv, environment)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except PermissionError as error:
            failure = error
    raise failure
