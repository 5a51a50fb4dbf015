"""The task's process: held until its start is on record, watched, stopped where that must be, cleared up behind."""

import os
import select

from .become import SECRETS, become
from .failpoint import failpoint
from .family import Family
from .files import Pairs
from .output import Output
from .report import SECOND, result, since_boot, tell, wall_clock
from .spec import FOREVER, Spec

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


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
        self._began, self._went = FOREVER, b"0"
        self.pid = os.fork()
        if self.pid == 0:
            become(spec, held, failure, (lock, self._word))
        os.close(held)
        os.close(failure)
        if spec.secrets:
            os.close(SECRETS)
        self._family = Family(self.pid, spec.cgroup)
        try:
            self._end = os.pidfd_open(self.pid)
        except OSError:
            self.dismiss()
            raise

    def go(self) -> None:
        self._began, self._went = since_boot(), wall_clock()
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
            self._family.end()
        code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        if self._never_ran():
            number, _, text = (self._why_not or b"").partition(b"\0")
            return result(b"start-failed", ended, text, errno=int(number))
        how = stop.how or (b"exited" if code >= 0 else b"signalled")
        printed, dropped = output.finish()
        numbers = {"began": int(self._went), "elapsed_ns": elapsed, "out_bytes": printed, "dropped": dropped}
        numbers["remain"] = self._family.left()
        numbers["code" if code >= 0 else "signal"] = abs(code)
        return result(how, ended, stop.why, **numbers)

    def _wait(self, spec: Spec, output: Output, control: tuple[int, ...]) -> "Stop":
        """Until the task ends, which is when the last word about stopping it is said."""
        stop = Stop(self._began + spec.timeout, spec.grace)
        ready = select.poll()
        for fd in (self._end, self._failure, *control):
            ready.register(fd, select.POLLIN)
        while True:
            found = [fd for fd, _ in ready.poll(min(output.pause, stop.pause()))]
            if self._end in found:
                return stop
            if self._failure in found:
                ready.unregister(self._failure)
                if not self._never_ran():
                    tell(b"started")
            heard = hear(control)
            act = stop.act_now(who_kills() or heard)
            if act:
                act(self._family)
            self._family.bury(self.pid)
            output.trim()

    def _never_ran(self) -> bool:
        """Whether the program could not be executed. Waits until it was, or could not be."""
        if self._why_not is None:
            self._why_not = os.read(self._failure, 400)
        return bool(self._why_not)


class Stop:
    """Whether a task must end before it wants to: TERM, KILL after the grace, and again each second.

    `how` and `why` are empty while nobody wants it. `due`, in nanoseconds since boot, is first the timeout.
    """

    def __init__(self, due: int, grace: int) -> None:
        self.how = self.why = b""
        self._due = due
        self._grace = grace

    def act_now(self, killer: bytes) -> "Callable[[Family], object] | None":
        now = since_boot()
        if self.how:
            return self._insist(now)
        if killer:
            self.how, self.why = b"killed", b"by " + killer
        elif now >= self._due:
            self.how = b"timeout"
        else:
            return None
        self._due = now + self._grace
        return Family.ask

    def pause(self) -> int:
        """In how many milliseconds there is something to do."""
        return max(0, (self._due - since_boot()) // 1_000_000 + 1)

    def _insist(self, now: int) -> "Callable[[Family], object] | None":
        if now < self._due:
            return None
        self._due = now + SECOND
        return Family.kill


def hear(control: tuple[int, ...]) -> bytes:
    """Who asks over the FIFO for the task's end, empty where nobody does."""
    try:
        return b"".join(os.read(fd, 100) for fd in control)
    except BlockingIOError:
        return b""
