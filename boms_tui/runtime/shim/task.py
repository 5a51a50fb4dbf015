"""The task's process: held until its start is on record, watched, stopped where that must be, cleared up behind."""

import errno
import os
import select

from .failpoint import failpoint
from .files import Pairs, stat_of, unpack
from .output import Output
from .report import explain, number_of, result, since_boot, tell, wall_clock

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from typing import NoReturn
else:
    import _signal as signal  # `signal` imports `enum`, which is a fifth of a shim's start

FOREVER = 1 << 62
SECOND = 1_000_000_000


class Spec:
    """The file `spec`: what to run, where, within what limits. Durations are nanoseconds."""

    def __init__(self, data: bytes, umask: int) -> None:
        pairs = unpack(data)
        one = dict(pairs)
        self.version = one[b"version"]
        self.argv = [value for key, value in pairs if key == b"arg"]
        variables = (value.partition(b"=") for key, value in pairs if key == b"env")
        self.environment = {name: value for name, _, value in variables}
        self.directory = one[b"cwd"]
        self.timeout = int(one[b"timeout_ms"]) * 1_000_000 if b"timeout_ms" in one else FOREVER
        self.grace = int(one[b"grace_ms"]) * 1_000_000
        self.output_cap = int(one[b"output_cap"])
        self.start_by = int(one[b"start_by_ns"])
        self.boot = one[b"boot_id"]
        self.umask = int(one[b"umask"], 8) if b"umask" in one else umask


def who_kills() -> bytes:
    """Who asked for this attempt's end, empty where nobody did."""
    try:
        with open("kill.req", "rb") as file:
            return file.read(100) or b"somebody"
    except OSError:
        return b""


class Child:
    """The forked process. It runs nothing before `go`, and nothing ever when this shim ends before."""

    def __init__(self, spec: Spec, lock: int) -> None:
        held, self._word = os.pipe()
        self._failure, failure = os.pipe()
        self._why_not: bytes | None = None
        self._began = FOREVER
        self.pid = os.fork()
        if self.pid == 0:
            become(spec, held, failure, (lock, self._word))
        os.close(held)
        os.close(failure)

    def go(self) -> None:
        self._began = since_boot()
        try:
            os.write(self._word, b"g")
        except BrokenPipeError:
            return  # somebody ended it; its end will be seen

    def dismiss(self) -> None:
        """Let it end without running anything."""
        os.close(self._word)
        os.waitpid(self.pid, 0)

    def see_to_its_end(self, spec: Spec, output: Output, control: tuple[int, ...]) -> Pairs:
        """What the exit record says of it."""
        stop = self._wait(spec, output, control)
        ended, elapsed = wall_clock(), since_boot() - self._began
        failpoint("ended")
        if stop.how:
            self._end_group()
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if self._never_ran():
            number, _, text = (self._why_not or b"").partition(b"\0")
            return result(b"start-failed", ended, text, errno=int(number))
        how = stop.how or (b"exited" if code >= 0 else b"signalled")
        printed, dropped = output.finish()
        numbers = {"elapsed_ns": elapsed, "out_bytes": printed, "dropped": dropped, "remain": left_of(self.pid)}
        numbers["code" if code >= 0 else "signal"] = abs(code)
        return result(how, ended, stop.why, **numbers)

    def _wait(self, spec: Spec, output: Output, control: tuple[int, ...]) -> "Stop":
        """Until the task ends, which is when the last word about stopping it is said."""
        stop = Stop(self._began + spec.timeout, spec.grace)
        ready, end = select.poll(), os.pidfd_open(self.pid)
        for fd in (end, self._failure, *control):
            ready.register(fd, select.POLLIN)
        while True:
            found = [fd for fd, _ in ready.poll(min(output.pause, stop.pause()))]
            if end in found:
                return stop
            if self._failure in found:
                ready.unregister(self._failure)
                if not self._never_ran():
                    tell("started")
            for number in stop.signals_now(who_kills() or hear(control)):
                self._signal(number)
            output.trim()

    def _never_ran(self) -> bool:
        """Whether the program could not be executed. Waits until it was, or could not be."""
        if self._why_not is None:
            self._why_not = os.read(self._failure, 400)
        return bool(self._why_not)

    def _end_group(self) -> None:
        """Kill what a stopped task leaves of its group, while the number is still ours; for a second at most."""
        for _ in range(20):
            self._signal(signal.SIGKILL)
            if not members(self.pid):
                return
            select.select((), (), (), 0.05)

    def _signal(self, number: int) -> None:
        """Signal the task's group, or the task alone where it does not lead one yet."""
        for send in (os.killpg, os.kill):
            try:
                send(self.pid, number)
            except ProcessLookupError:
                continue
            except PermissionError:
                return  # it runs as another user; the record will say how it really ended
            return


class Stop:
    """Whether a task must end before it wants to: TERM, KILL after the grace, and again each second.

    `how` and `why` are empty while nobody wants it. `due`, in nanoseconds since boot, is first the timeout.
    """

    def __init__(self, due: int, grace: int) -> None:
        self.how = self.why = b""
        self._due = due
        self._grace = grace

    def signals_now(self, killer: bytes) -> tuple[int, ...]:
        now = since_boot()
        if self.how:
            return self._insist(now)
        if killer:
            self.how, self.why = b"killed", b"by " + killer
        elif now >= self._due:
            self.how = b"timeout"
        else:
            return ()
        self._due = now + self._grace
        return signal.SIGTERM, signal.SIGCONT

    def pause(self) -> int:
        """In how many milliseconds there is something to do."""
        return max(0, (self._due - since_boot()) // 1_000_000 + 1)

    def _insist(self, now: int) -> tuple[int, ...]:
        if now < self._due:
            return ()
        self._due = now + SECOND
        return (signal.SIGKILL,)


def hear(control: tuple[int, ...]) -> bytes:
    """Who asks over the FIFO for the task's end, empty where nobody does."""
    try:
        return b"".join(os.read(fd, 100) for fd in control)
    except BlockingIOError:
        return b""


def left_of(group: int) -> int:
    """How many processes of its group outlive a task that has been reaped."""
    try:
        os.killpg(group, 0)
    except OSError:
        return 0
    return members(group)


def members(group: int) -> int:
    """How many processes of a group live, without those that only wait to be reaped."""
    return sum(_in_group(int(name), group) for name in os.listdir("/proc") if name.isdigit())


def _in_group(pid: int, group: int) -> bool:
    try:
        state, _, its_group = stat_of(pid)[:3]
    except OSError:
        return False
    return int(its_group) == group and state not in b"ZX"


def become(spec: Spec, held: int, failure: int, ours: tuple[int, ...]) -> "NoReturn":
    """In the forked child: wait for the word, then become the task, or say over `failure` why not."""
    what, why_not = b"", b"0\0it ended before it was executed"
    try:
        for fd in ours:
            os.close(fd)
        os.setsid()
        if os.read(held, 1) == b"g":
            arrange(spec.umask)
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


def ignore_signals() -> None:
    """A shim ends after its task, never because a terminal or a service manager ends."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def arrange(umask: int) -> None:
    """Give the task its input, its output and default signals; all else that is open closes when it executes."""
    os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
    os.dup2(os.open("out.log", os.O_WRONLY | os.O_APPEND), 1)
    os.dup2(1, 2)
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    os.umask(umask)


def close_all_but(*kept: int) -> None:
    for fd in {int(name) for name in os.listdir("/proc/self/fd")}.difference(kept):
        try:
            os.close(fd)
        except OSError:
            continue  # the one that listed the others


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
