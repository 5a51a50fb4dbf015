"""The people of a night: they look at the board, ask for things, and sometimes ask wrongly, late or twice."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random

from nacl.signing import SigningKey

from boms_tui.errors import BomsError, NoAnswerError
from boms_tui.model.ids import ProcessId, RequestId, SessionId
from boms_tui.model.people import Session, User
from boms_tui.model.request import LIFETIME, Envelope, Request, encode
from boms_tui.model.states import TaskState
from boms_tui.store.inbox import Inbox
from tests.sim.board import Board, TaskRow
from tests.sim.chance import Chance, Fault, Topic
from tests.sim.ledger import DEPLOYMENT, Ledger
from tests.sim.plans import Plan
from tests.sim.ticking import Clock
from tests.sim.trace import Trace

EXTRA = ProcessId("extra/job")
"""What is defined, and defined anew, while the night goes on."""
NAMES = ("viewer", "operator", "supervisor", "admin")
_KEYS = {name: SigningKey(sha256(name.encode()).digest()) for name in NAMES}
_YEARS = timedelta(days=3_660)
T = TaskState

_FITTING: dict[TaskState, tuple[str, ...]] = {
    T.WAITING: ("hold", "release", "confirm", "skip", "force-ok", "free", "free"),
    T.READY: ("hold", "skip", "force-ok", "free"),
    T.CONFIRM: ("confirm", "confirm", "skip", "hold"),
    T.STARTING: ("kill", "hold"),
    T.RUNNING: ("kill", "kill", "hold"),
    T.KILLING: ("kill",),
    T.BACKOFF: ("retry", "skip"),
    T.UNKNOWN: ("resolve", "resolve", "force-ok"),
    T.FAILED: ("retry", "retry", "skip", "force-ok", "rerun"),
    T.SUCCEEDED: ("rerun",),
    T.NOT_NEEDED: ("skip", "force-ok"),
}
_GATES = (
    "lock:books", "resource:feed", "start-time", "overlap", "dependency:load", "dependency:compute",
    "dependency:risk/margin", "dependency:settle/pay:load",
)  # fmt: skip
_ANY_TASK = ("retry", "skip", "force-ok", "hold", "release", "confirm", "kill", "rerun", "resolve", "free")
_AGO = (-1, 0, 1, 2, 4, 9, 40, 200)
_ANY_RUN = ("cancel", "hold", "release", "rerun", "hold", "release", "free")


def users(now: datetime) -> tuple[User, ...]:
    return tuple(User(name, (name,), now) for name in NAMES)


def sessions(now: datetime) -> tuple[Session, ...]:
    return tuple(
        Session(SessionId(f"session-{name}"), name, bytes(_KEYS[name].verify_key), now, now + _YEARS) for name in NAMES
    )


@dataclass(slots=True)
class Sent:
    """A request as a person sent it. `kept` says that the store has confirmed it, `honest` that its signature holds."""

    envelope: Envelope
    by: str
    request: Request
    kept: bool = False
    honest: bool = True


@dataclass
class People:
    """Everybody with a session. `sent` has every request by its id."""

    chance: Chance
    clock: Clock
    ledger: Ledger
    trace: Trace
    plan: Plan
    sent: dict[str, Sent] = field(default_factory=dict)
    _sequences: dict[str, int] = field(default_factory=lambda: dict.fromkeys(NAMES, 0))

    def __post_init__(self) -> None:
        self._inbox = Inbox(self.ledger.engine)
        self._dice = self.chance.stream("people")
        self._ahead = self.chance.stream("planned holds")
        self._days = self.chance.stream("dates")

    def act(self, board: Board) -> None:
        """Somebody asks for something."""
        verb, target, given = self._wish(board)
        by = self._dice.choices(NAMES, (1, 5, 4, 4))[0]
        seen = board.versions().get(target) if self._dice.random() < 0.6 else None
        self.ask(verb, target, given, by=by, seen=seen, odd=True)
        if verb == "hold" and self._dice.random() < 0.3:
            self.ask("release", target, by=self._dice.choice((by, "admin")))

    def order(self) -> None:
        self.ask("order", self._dice.choice(self.plan.processes).id, self._some_date(), by="operator")

    def administer(self) -> None:
        """An admin takes somebody's rights, or gives them back."""
        name, role = self._dice.choice((("operator", "viewer"), ("supervisor", "operator")))
        given = self._dice.choice(({"do": "roles", "roles": role}, {"do": "roles", "roles": name}, {"do": "disable"}))
        self.ask("users", name, given=given)

    def define(self) -> None:
        """An admin applies a process of an hour ago, or changes it."""
        after = self._dice.choice(("[]", "[first]", "[second]"))
        text = f"process: {EXTRA}\ntasks:\n  first: {{command: [a]}}\n  second: {{command: [b]}}\n"
        text += f"  third: {{command: [c], after: {after}}}\n"
        try:
            self.ask("apply", self._inbox.put_documents([text]))
        except NoAnswerError:
            self.trace.say("admin", "cannot store the definitions")

    def ask(
        self, verb: str, target: str, given: dict[str, str] | None = None, *,
        by: str = "admin", seen: int | None = None, odd: bool = False,
    ) -> None:  # fmt: skip
        now = self.clock.now()
        self._sequences[by] += 1
        request = Request(
            RequestId(f"r{len(self.sent) + 1:03}-{verb}"), DEPLOYMENT, SessionId(f"session-{by}"), self._sequences[by],
            verb, target, now, now + LIFETIME, "because", seen, given or {},
        )  # fmt: skip
        if odd and self.chance.strikes(Fault.BAD_REQUESTS, 0.4):
            self._oddly(request, by)
        else:
            self._send(_signed(request, by))

    def send_again(self) -> None:
        """What the store has not confirmed is sent again, under the same id."""
        for sent in self.sent.values():
            if not sent.kept:
                self._put(sent)

    def _oddly(self, request: Request, by: str) -> None:
        """A request that is short-lived, stale, forged, out of turn, or sent twice."""
        dice = self.chance.stream("odd requests")
        match dice.randrange(6):
            case 0:
                short = timedelta(seconds=dice.choice((0, 1, 20)))
                self._send(_signed(replace(request, expires_at=request.issued_at + short), by))
            case 1:
                self._send(_signed(replace(request, version_seen=dice.randint(1, 6)), by))
            case 2:
                sent = _signed(request, by)
                forged = bytes([sent.envelope.signature[0] ^ 1]) + sent.envelope.signature[1:]
                self._send(replace(sent, envelope=replace(sent.envelope, signature=forged), honest=False))
            case 3:
                self._sequences[by] += 1
                later = replace(request, id=RequestId(f"{request.id}-late"), sequence=request.sequence + 1)
                self._send(_signed(later, by))
                self._send(_signed(request, by))
            case 4:
                self._send(replace(_signed(replace(request, deployment="elsewhere"), by), honest=False))
            case _:
                sent = _signed(request, by)
                self._send(sent)
                self._put(sent)

    def _send(self, sent: Sent) -> None:
        self.sent[sent.envelope.id] = sent
        request = sent.request
        more = f" {dict(request.parameters)}" if request.parameters else ""
        seen = f" seen v{request.version_seen}" if request.version_seen is not None else ""
        self.trace.say(sent.by, f"asks {request.id}: {request.target}{more}{seen}")
        self._put(sent)

    def _put(self, sent: Sent) -> None:
        try:
            self._inbox.submit(sent.envelope)
        except NoAnswerError:
            self.trace.say(sent.by, f"does not know whether {sent.request.id} was kept")
        except BomsError as error:
            raise AssertionError(f"{sent.request.id} was not taken: {error}") from error
        else:
            sent.kept = True

    def _wish(self, board: Board) -> tuple[str, str, dict[str, str]]:
        dice = self._dice
        kind = dice.random()
        tasks = [task for task in board.tasks.values() if task.state in _FITTING]
        if kind < 0.15 or not tasks:
            return self._on_process(dice)
        if kind < 0.3:
            run = dice.choice(list(board.runs.values()))
            return self._on_run(dice.choice(_ANY_RUN), run.id, dice)
        if kind < 0.4:
            return self._on_task(dice.choice(_ANY_TASK), dice.choice(tasks), dice)
        lively = [task for task in tasks if task.state not in {T.WAITING, T.SUCCEEDED}] or tasks
        task = dice.choice(lively)
        return self._on_task(dice.choice(_FITTING[task.state]), task, dice)

    def _on_process(self, dice: Random) -> tuple[str, str, dict[str, str]]:
        process = dice.choice([*(process.id for process in self.plan.processes), EXTRA])
        verb = dice.choice(("order", "order", "order", "hold", "release"))
        if verb == "order":
            return verb, process, self._some_date()
        folder = process.partition("/")[0] + "/"
        day = (self.clock.now() + timedelta(days=dice.randint(0, 1))).date()
        return verb, dice.choice((process, folder, f"{process}@{day}")), self._span(dice)

    def _on_run(self, verb: str, run: str, dice: Random) -> tuple[str, str, dict[str, str]]:
        given: dict[str, dict[str, str]] = {
            "cancel": {"leave": "yes"} if dice.random() < 0.3 else {},
            "hold": self._span(dice),
            "free": {"gate": dice.choice(_GATES)},
        }
        return verb, run, given.get(verb, {})

    def _on_task(self, verb: str, task: TaskRow, dice: Random) -> tuple[str, str, dict[str, str]]:
        given: dict[str, dict[str, str]] = {
            "resolve": {"as": dice.choice(("ok", "failed", "rerun", "running"))},
            "confirm": {"answer": "no"} if dice.random() < 0.2 else {},
            "rerun": {"only": "yes"} if dice.random() < 0.4 else {},
            "hold": self._span(dice),
            "free": {"gate": dice.choice(_GATES)},
        }
        return verb, task.ref, given.get(verb, {})

    def _some_date(self) -> dict[str, str]:
        """Mostly the current one; at times one of lately, of long ago, or to come."""
        if not self.chance.about(Topic.DATES) or self._days.random() < 0.5:
            return {}
        return {"date": (self.clock.now().date() - timedelta(days=self._days.choice(_AGO))).isoformat()}

    def _span(self, dice: Random) -> dict[str, str]:
        """From now on or from a time to come, until a time or until somebody releases it."""
        now, given = self.clock.now(), dict[str, str]()
        if dice.random() >= 0.5:
            given["until"] = (now + timedelta(minutes=dice.randint(1, 200))).isoformat()
        if self._ahead.random() < 0.4:
            given["from"] = (now + timedelta(minutes=self._ahead.randint(1, 120))).isoformat()
        return given


def _signed(request: Request, by: str) -> Sent:
    body = encode(request)
    envelope = Envelope(
        request.id, request.session, request.sequence, request.verb, request.target, request.version_seen, body,
        _KEYS[by].sign(body).signature, request.expires_at,
    )  # fmt: skip
    return Sent(envelope, by, request)
