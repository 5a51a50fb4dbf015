"""What happened in a night, line by line, and what was not as promised."""

from tests.sim.ticking import Clock


class BrokenPromiseError(AssertionError):
    """The night went as BOMS promised it never would."""

    def __init__(self, promise: str, detail: str) -> None:
        super().__init__(f"{promise}: {detail}")
        self.promise = promise


class Trace:
    """The story of a night. Complaints may come from inside the runtime, which must not swallow them."""

    def __init__(self, clock: Clock) -> None:
        self.lines: list[str] = []
        self._clock = clock
        self._complaint: BrokenPromiseError | None = None

    def say(self, who: str, what: str) -> None:
        minutes, micros = divmod(self._clock.boot, 60_000_000)
        since = f"+{minutes // 60:02}:{minutes % 60:02}:{micros / 1_000_000:09.6f}"
        self.lines.append(f"{since}  {self._clock.now():%d %H:%M:%S}  {who:<10} {what}")

    def complain(self, promise: str, detail: str) -> None:
        """Remember the first promise that was broken; `raise_complaint` ends the night with it."""
        self.say("BROKEN", f"{promise}: {detail}")
        if self._complaint is None:
            self._complaint = BrokenPromiseError(promise, detail)

    def raise_complaint(self) -> None:
        if self._complaint is not None:
            raise self._complaint
