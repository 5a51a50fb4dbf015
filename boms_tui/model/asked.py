"""A request, from proof to verdict: once it may be applied the verb, or a second person, then one answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from boms_tui.model.acts.apply import apply
from boms_tui.model.acts.approve import approve, park, wants_second
from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.acts.confirm import confirm
from boms_tui.model.acts.event import event
from boms_tui.model.acts.free import free
from boms_tui.model.acts.hold import hold, release
from boms_tui.model.acts.kill import cancel, kill
from boms_tui.model.acts.order import order
from boms_tui.model.acts.rerun import rerun
from boms_tui.model.acts.resolve import resolve
from boms_tui.model.acts.retry import retry
from boms_tui.model.acts.skip import force_ok, skip
from boms_tui.model.acts.users import users
from boms_tui.model.admission import admissible, still_admissible
from boms_tui.model.approval import LASTS, ApprovalState
from boms_tui.model.draft import Draft
from boms_tui.model.facts import ApprovalDue, Asked, Unproved
from boms_tui.model.ids import split_ref
from boms_tui.model.records import Answer, Verdict


def asked(draft: Draft, fact: Asked) -> None:
    """Apply a request, have it wait for a second person, or refuse it; either way its session moves on."""
    request = fact.request
    draft.actor, draft.request, draft.why = fact.session.user, request.id, request.reason
    found = admissible(draft, fact)
    if request.sequence > draft.session(fact.session).last_sequence:
        draft.use_session(fact.session, request.sequence)
    rule = "" if isinstance(found, Refusal) else wants_second(draft, found)
    if rule and isinstance(found, Ask):
        park(draft, found, rule)
        return
    _carry_out(draft, fact, found)


def _carry_out(draft: Draft, fact: Asked, found: Ask | Refusal) -> None:
    """Do what is asked, if it may be done, and answer."""
    request = fact.request
    refusal = found if isinstance(found, Refusal) else ACTS[request.verb](draft, found)
    if refusal is None:
        _answer(draft, fact, Answer.APPLIED, "ok", draft.told.get(request.id, ""))
        return
    answer = Answer.EXPIRED if refusal.code is Code.EXPIRED else Answer.REJECTED
    draft.say(f"{request.verb[:40]}-{answer.value}", request.target, after=refusal.code.value, reason=refusal.text)
    _answer(draft, fact, answer, refusal.code.value, refusal.text)


def _approve(draft: Draft, ask: Ask) -> Refusal | None:
    """Take a second person's yes or no, and carry out what it is about at once."""
    refusal, about = approve(draft, ask), ask.asked.about
    if refusal is None and about is not None:
        _carry_out_approved(draft, about, by=ask.by)
        done = draft.verdicts[-1]
        said = f": {done.reason}" if done.reason else ""
        draft.told[ask.asked.request.id] = f"{about.request.verb} {about.request.target} is {done.answer.value}{said}"
        draft.actor, draft.request, draft.why = ask.by, ask.asked.request.id, ask.reason
    return refusal


def _carry_out_approved(draft: Draft, about: Asked, *, by: str) -> None:
    """Do what a second person has said yes to, if it may still be done; or say who said no."""
    approval = draft.approval(about.request.id)
    if approval is None:
        raise AssertionError(f"{about.request.id} was decided and has no record")
    draft.actor, draft.request = about.session.user, about.request.id
    if approval.state is ApprovalState.DENIED:
        draft.why = about.request.reason
        _carry_out(draft, about, Refusal(Code.DENIED, f"{by} said no"))
        return
    draft.why = f"{about.request.reason} (approved by {by})".strip()
    approved = replace(about, request=replace(about.request, reason=draft.why))
    _carry_out(draft, approved, still_admissible(draft, approved))


def approval_due(draft: Draft, fact: ApprovalDue) -> None:
    """Nobody has said yes or no in time."""
    approval = draft.approval(fact.id)
    if approval is None or approval.state is not ApprovalState.WAITING:
        return
    draft.decide_approval(approval, ApprovalState.EXPIRED, by="")
    text = f"no second person approved it within {LASTS // timedelta(minutes=1)} minutes"
    draft.actor, draft.request = approval.by, approval.id
    draft.say(f"{approval.verb}-expired", approval.target, after=Code.EXPIRED.value, reason=text)
    draft.verdicts.append(
        Verdict(approval.id, Answer.EXPIRED, Code.EXPIRED.value, text, draft.now, target=approval.target)
    )


def unproved(draft: Draft, fact: Unproved) -> None:
    """Refuse what nobody can be held to, under the id it lies under."""
    draft.actor, draft.request = "nobody", fact.request
    draft.say("request-rejected", f"request {fact.request}", after=fact.code, reason=fact.text)
    draft.verdicts.append(Verdict(fact.request, Answer.REJECTED, fact.code, fact.text, draft.now))


def give_verdicts(draft: Draft) -> None:
    """Say in each verdict what became of its target."""
    draft.verdicts = [replace(verdict, state=_state_of(draft, verdict.target)) for verdict in draft.verdicts]


def _answer(draft: Draft, fact: Asked, answer: Answer, code: str, reason: str) -> None:
    request = fact.request
    target = draft.ordered.get(request.id, request.target)
    draft.verdicts.append(Verdict(request.id, answer, code, reason, draft.now, target=target))


def _state_of(draft: Draft, target: str) -> str:
    run_id, task = split_ref(target)
    run = draft.run(run_id)
    if run is None:
        return ""
    if task is None or not draft.has_task(run_id, task):
        return run.state.value
    return draft.task(run_id, task).state.value


ACTS: dict[str, Callable[[Draft, Ask], Refusal | None]] = {
    "order": order,
    "retry": retry,
    "skip": skip,
    "force-ok": force_ok,
    "hold": hold,
    "release": release,
    "confirm": confirm,
    "free": free,
    "kill": kill,
    "rerun": rerun,
    "cancel": cancel,
    "resolve": resolve,
    "event": event,
    "approve": _approve,
    "apply": apply,
    "users": users,
}
