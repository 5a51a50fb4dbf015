"""A stale refusal names who was faster, and what was done since the person looked."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from boms_tui.errors import NoAnswerError
from boms_tui.model.ids import RequestId
from boms_tui.model.records import Answer, Entry, SealedEntry, Verdict
from boms_tui.screens.overtaken import explained, since
from boms_tui.screens.target import Target, task_target
from tests.screens.boxes import fill, say_yes
from tests.screens.fake import FakeGateway, signed_in
from tests.screens.night import NOW, ZONE
from tests.screens.scenes import MARGIN
from tests.screens.stage import stage

COMPUTE = f"{MARGIN}:compute"
STALE = Verdict(RequestId("q"), Answer.REJECTED, "stale", "it has changed since", NOW, "running", COMPUTE)


def row(sequence: int, actor: str, action: str, *, reason: str = "", about: str = COMPUTE) -> SealedEntry:
    entry = Entry(NOW - timedelta(seconds=17), actor, action, about, "failed", "ready", reason)
    return SealedEntry(sequence, 3, entry, "ab" * 32)


def target(gateway: FakeGateway, sequence: int = 100) -> Target:
    definition = next(iter(gateway.definitions.values())).tasks
    made = task_target(gateway.tasks[COMPUTE], next(iter(definition.values())), None, NOW)
    return replace(made, sequence=sequence)


def told(*rows: SealedEntry) -> str:
    gateway = FakeGateway(rows=list(rows))
    return explained(STALE, gateway, target(gateway), ZoneInfo(ZONE)).reason


def test_the_first_change_by_a_person_since_then_is_told() -> None:
    assert told(
        row(90, "ravi", "retried", reason="retried by ravi: long ago"),
        row(101, "runtime", "gates-opened"),
        row(102, "olga", "retried", reason="retried by olga: the file came"),
        row(103, "runtime", "claimed"),
    ) == (
        "since you looked, olga changed it at 22:13:50: retried by olga: the file came (failed → ready) "
        "and 2 more; it is running now"
    )


def test_without_a_person_it_is_the_runtime() -> None:
    assert told(row(101, "runtime", "failed", reason="exit code 3")) == (
        "since you looked, runtime changed it at 22:13:50: failed: exit code 3 (failed → ready); it is running now"
    )


def test_refused_requests_and_other_objects_changed_nothing() -> None:
    rows = [row(101, "supra", "retry-rejected"), row(102, "olga", "retried", about=f"{COMPUTE}.2")]
    assert since(rows, target(FakeGateway())) == []
    assert told(*rows) == "it has changed since"


def test_other_verdicts_are_left_alone_and_a_lost_store_adds_nothing() -> None:
    gateway = FakeGateway(rows=[row(101, "olga", "retried")])
    done = replace(STALE, answer=Answer.APPLIED, code="ok", reason="")
    assert explained(done, gateway, target(gateway), ZoneInfo(ZONE)) == done
    gateway.broken = NoAnswerError("the store is not there", "check the disk")
    assert explained(STALE, gateway, target(gateway), ZoneInfo(ZONE)) == STALE


async def test_the_message_says_it_in_full() -> None:
    gateway = FakeGateway(verdict=Answer.REJECTED, verdict_code="stale", verdict_reason="it has changed since")
    async with stage(gateway=gateway, signed_in=signed_in()) as at:
        at.app.open_task(COMPUTE)
        await at.sees("exit 3")
        await at.press("r")
        gateway.rows = [row(gateway.sequence + 1, "olga", "retried", reason="retried by olga: the file has come")]
        await fill(at, {"#reason": "late file"})
        await say_yes(at)
        await at.sees("✗ Retry compute: refused", "olga changed it at 22:13:50", "it is failed now")
        message = " ".join(" ".join(at.rows[-5:-2]).split())
        assert "retried by olga: the file has come (failed → ready); it is failed now" in message
