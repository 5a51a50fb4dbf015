"""approve: a second person's yes or no to what somebody asked for, or to the start of a task."""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from boms_tui.model.acts.apply import planned
from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.admission import find, right
from boms_tui.model.approval import LASTS, Approval, ApprovalState
from boms_tui.model.definition import Manual
from boms_tui.model.draft import Draft
from boms_tui.model.facts import Asked
from boms_tui.model.ids import AttemptId, RequestId, parse_attempt_id
from boms_tui.model.request import encode
from boms_tui.model.reserved import may_have_it_run
from boms_tui.model.rights import covers
from boms_tui.model.verbs import PASSING, RUN, VERBS


def wants_second(draft: Draft, ask: Ask) -> str:
    """What wants a second person for this; "" where nothing does."""
    verb = ask.asked.request.verb
    policies = [policy for policy in draft.catalogue.policies.values() if verb in policy.two_person]
    places = _places(draft, ask) if policies else ()
    for policy in policies:
        if any(place is None or covers(scope, place) for scope in policy.scopes for place in places):
            return f"policy {policy.id}"
    if ask.task is None:
        return ""
    defined = draft.definition(ask.the_run()).tasks[ask.task.task]
    asks = verb in PASSING or (verb == "confirm" and isinstance(defined.work, Manual))
    return f"task {ask.place}" if defined.two_person and asks else ""


def park(draft: Draft, ask: Ask, rule: str) -> None:
    """Have a request wait for a second person."""
    request = ask.asked.request
    draft.ask_second(
        Approval(
            id=request.id, verb=request.verb, target=request.target, place=ask.place, by=ask.by,
            session=request.session, digest=digest_of(ask.asked), reason=request.reason, rule=rule, asked_at=draft.now,
            expires_at=draft.now + LASTS,
        )
    )  # fmt: skip
    draft.say(f"{request.verb}-asked", request.target, after="waits for a second person", reason=request.reason)


def digest_of(asked: Asked) -> str:
    """The SHA-256 of exactly what was asked, in hex."""
    return sha256(encode(asked.request)).hexdigest()


def approve(draft: Draft, ask: Ask) -> Refusal | None:
    approval = draft.approval(RequestId(ask.asked.request.target))
    if approval is None:
        return Refusal(Code.NOT_FOUND, "nothing waits for a second person under that name; `boms approvals` lists all")
    if not approval.is_open:
        return Refusal(Code.WRONG_STATE, f"it is {approval.state.value} already")
    if ask.parameter("digest") != approval.digest:
        return Refusal(Code.STALE, "it is not what was shown; look at it again")
    refusal = _not_a_second(ask, approval) or _may_not(draft, ask, approval)
    if refusal is not None:
        return refusal
    given = ask.parameter("answer", "yes") == "yes"
    draft.decide_approval(approval, ApprovalState.GIVEN if given else ApprovalState.DENIED, by=ask.by)
    draft.say("approved" if given else "denied", approval.target, before=approval.verb, reason=ask.reason)
    if given and approval.verb == RUN:
        run, task, _ = parse_attempt_id(AttemptId(approval.id))
        draft.edit_task(draft.task(run, task), approved_by=ask.by)
    return None


def _not_a_second(ask: Ask, approval: Approval) -> Refusal | None:
    """The one who asked is no second person, in whatever session; nor is the author of what would run."""
    if ask.by == approval.by or ask.asked.session.id == approval.session:
        return Refusal(Code.NOT_AUTHORISED, f"{ask.by} asked for it: it takes a second person")
    if ask.by in ask.asked.authors:
        return Refusal(Code.NOT_AUTHORISED, f"{ask.by} wrote the definition: it takes somebody else")
    return None


def _may_not(draft: Draft, ask: Ask, approval: Approval) -> Refusal | None:
    """Who approves has the right to do it alone, were it not for the rule."""
    about = ask.asked.about
    if approval.verb == RUN:
        return _may_not_start(draft, ask, approval)
    if about is None or digest_of(about) != approval.digest:
        return Refusal(Code.NOT_FOUND, "the request itself is not in the store as it was asked")
    found = find(draft, about, VERBS[approval.verb])
    return found if isinstance(found, Refusal) else right(draft, replace(found, by=ask.by), VERBS[approval.verb])


def _may_not_start(draft: Draft, ask: Ask, approval: Approval) -> Refusal | None:
    run_id, task, _ = parse_attempt_id(AttemptId(approval.id))
    run = draft.run(run_id)
    if run is not None and may_have_it_run(draft, draft.user(ask.by), run, task):
        return None
    return Refusal(Code.NOT_AUTHORISED, f"{ask.by} may not have {approval.place} run")


def _places(draft: Draft, ask: Ask) -> Sequence[str | None]:
    """Where an act is felt: an apply where its processes are, and everywhere (None) where it moves who may do what."""
    if ask.asked.request.verb != "apply":
        return [ask.place]
    found = planned(draft, ask)
    documents = () if isinstance(found, Refusal) else found.documents
    return [None if one.kind in _RULES else one.id if one.kind == "process" else "" for one in documents]


_RULES = frozenset({"policy", "role"})
