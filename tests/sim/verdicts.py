"""The answers that requests got, held against what was asked, by whom, when, and on what board."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from boms_tui.model.records import Answer
from boms_tui.store.types import moment
from tests.sim.board import Board
from tests.sim.chronicle import Chronicle
from tests.sim.ledger import Ledger
from tests.sim.people import Sent
from tests.sim.trace import Trace

_VERDICTS = "SELECT request, answer, code, at FROM verdict ORDER BY at, request"
_OVERTOOK = (
    "SELECT count(*) FROM request AS it JOIN request AS other ON other.session = it.session"
    " WHERE it.id = ? AND other.sequence > it.sequence AND other.arrival < it.arrival"
)
_SUPERVISORS = frozenset({"supervisor", "admin"})
_OPERATORS = _SUPERVISORS | {"operator"}
_ADMINS = frozenset({"admin"})
_MAY = {"force-ok": _SUPERVISORS, "resolve": _SUPERVISORS, "users": _ADMINS, "apply": _ADMINS}


@dataclass
class Verdicts:
    """`given` has the answer of each request; `sent` every request that anybody made."""

    ledger: Ledger
    trace: Trace
    chronicle: Chronicle
    sent: Mapping[str, Sent]
    given: dict[str, str] = field(default_factory=dict)

    def check(self, before: Board) -> None:
        """Judge the new ones. `before` is the board as it was at the last look."""
        for request, answer, code, at in self.ledger.ask(_VERDICTS):
            if request not in self.given:
                self.given[request] = answer
                self.trace.say("verdict", f"{request} {answer} {code}")
                self._judge(request, Answer(answer), moment(at), before)
                if code == "replayed" and self.ledger.ask(_OVERTOOK, request) == [(0,)]:
                    self.trace.complain("I4 no honest request is refused as replayed", request)
            elif self.given[request] != answer:
                self.trace.complain("I4 one verdict", f"{request} was {self.given[request]} and is {answer}")
        for request, rows in self.chronicle.rows_of.items():
            if request not in self.given:
                self.trace.complain("I4 one verdict", f"{request} has an effect and no verdict: {rows[0].entry}")
            if rows[-1].sequence - rows[0].sequence != len(rows) - 1:
                self.trace.complain("I4 a request acts once", f"{request} acted in rows {rows}")

    def _judge(self, request: str, answer: Answer, at: datetime, before: Board) -> None:
        sent, rows = self.sent.get(request), self.chronicle.rows_of.get(request, [])
        if sent is None:
            self.trace.complain("I5 no effect without a request", f"nobody sent {request}")
        elif answer is Answer.APPLIED:
            self._judge_applied(sent, at, before)
        elif len(rows) != 1 or not rows[0].entry.action.endswith(answer.value):
            self.trace.complain("I4 what is refused has no effect", f"{request}: {rows}")

    def _judge_applied(self, sent: Sent, at: datetime, before: Board) -> None:
        asked, rows = sent.request, self.chronicle.rows_of.get(sent.request.id, [])
        if at > asked.expires_at:
            self.trace.complain("I4 no effect after expiry", f"{asked.id} expired {asked.expires_at}, applied {at}")
        if not rows:
            self.trace.complain("I10 what is done is on record", f"{asked.id} was applied and left no row")
            return
        role = self.chronicle.role_of(sent.by, rows[0].sequence)
        if not sent.honest or role not in _MAY.get(asked.verb, _OPERATORS):
            self.trace.complain("I5 no effect without right", f"{asked.id} of {sent.by}, {role or 'disabled'}")
        was = before.versions().get(asked.target, 0)
        if self.ledger.edited:
            return  # the leader knows nothing of what somebody did behind its back
        if asked.version_seen is not None and was > asked.version_seen:
            self.trace.complain("I4 nobody acts on a stale board", f"{asked.id} saw {asked.version_seen}, it was {was}")
