"""What the runtime's answers mean on this side: errors to raise, exit codes, and lines to print."""

from collections.abc import Iterable

from boms_tui.commands.out import Out
from boms_tui.errors import BomsError, ExitCode, MustChangeError, NoAnswerError, NotAuthorisedError
from boms_tui.model.acts.ask import Code
from boms_tui.model.approval import Approval
from boms_tui.model.decision import LoginAnswer
from boms_tui.model.ids import RequestId, SessionId
from boms_tui.model.records import Answer, Verdict

SESSION_OVER = frozenset({Code.NO_SESSION, Code.SESSION_ENDED})
"""The session no longer serves; a new sign-in may."""
NOT_AUTHORISED = SESSION_OVER | {Code.NOT_AUTHORISED, Code.BAD_SIGNATURE, Code.OTHER_DEPLOYMENT, Code.REPLAYED}

_LOGIN_REFUSALS: dict[str, tuple[type[BomsError], str, str]] = {
    "must-change": (
        MustChangeError, "the password must be changed first", "sign in once with a new one: `boms login`",
    ),
    "weak-password": (MustChangeError, "the new password is too weak", "choose a longer one"),
    "locked": (NotAuthorisedError, "too many wrong passwords: locked for a while", "ask an admin to unlock it"),
}  # fmt: skip


class PendingError(NoAnswerError):
    """A request lies in the inbox and nobody has answered it in time; it may still be applied."""

    def __init__(self, silence: NoAnswerError, target: str, request: RequestId) -> None:
        super().__init__(silence.title, silence.next_step)
        self.answer = {
            "id": target, "request": request, "verdict": "pending", "reason": silence.title, "state": None
        }  # fmt: skip


class SecondPersonError(BomsError):
    """What was asked waits for a second person (SEMANTICS S22)."""

    exit_code = ExitCode.SECOND_PERSON

    def __init__(self, approval: Approval) -> None:
        super().__init__(f"pending {approval.id}", f"a second person is wanted ({approval.rule}): `boms approvals`")
        self.approval = approval
        self.answer = {
            "id": approval.target, "request": approval.id, "verdict": "pending", "reason": approval.rule,
            "state": None,
        }  # fmt: skip


def print_pending(out: Out, error: SecondPersonError) -> None:
    """What a script looks for, on standard output; the rest is a remark."""
    if out.as_json:
        out.json(error.answer)
        return
    out.line(error.title)
    out.note(error.next_step)


def session_of(answer: LoginAnswer) -> SessionId:
    """The session that a sign-in opened.

    Raises:
        MustChangeError: a new password is needed, or the one offered is too weak.
        NotAuthorisedError: it was refused.
    """
    if answer.session is not None:
        return answer.session
    kind, title, next_step = _LOGIN_REFUSALS.get(
        answer.code, (NotAuthorisedError, "sign-in refused", "check the name and the password")
    )
    raise kind(answer.reason or title, next_step)


def exit_code(verdict: Verdict) -> ExitCode:
    if verdict.answer is Answer.APPLIED:
        return ExitCode.DONE
    return ExitCode.NOT_AUTHORISED if verdict.code in NOT_AUTHORISED else ExitCode.REFUSED


def worst(codes: Iterable[int]) -> int:
    """The exit code of several acts: that of the most serious one."""
    return max(codes, default=ExitCode.DONE)


def print_verdict(out: Out, target: str, verdict: Verdict) -> None:
    """One line, or one JSON object (SEMANTICS S24)."""
    where = verdict.target or target
    why = verdict.reason
    if verdict.answer is not Answer.APPLIED:
        why = f"{verdict.code}: {verdict.reason}" if verdict.reason else verdict.code
    if out.as_json:
        out.json({
            "id": where, "request": verdict.request, "verdict": verdict.answer.value,
            "reason": why, "state": verdict.state or None,
        })  # fmt: skip
        return
    state = f": {verdict.state}" if verdict.state else ""
    out.line(f"{verdict.answer.value} {where}{state}{f' ({why})' if why else ''}")
