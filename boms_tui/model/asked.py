"""A request, from proof to verdict: every check in its order, then the verb, then one answer."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from boms_tui.model.acts.apply import apply
from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.acts.confirm import confirm
from boms_tui.model.acts.event import event
from boms_tui.model.acts.free import free
from boms_tui.model.acts.hold import hold, least_role, release
from boms_tui.model.acts.kill import cancel, kill
from boms_tui.model.acts.order import order
from boms_tui.model.acts.rerun import rerun
from boms_tui.model.acts.resolve import resolve
from boms_tui.model.acts.retry import retry
from boms_tui.model.acts.skip import force_ok, skip
from boms_tui.model.acts.users import users
from boms_tui.model.definition import Overlap
from boms_tui.model.draft import Draft
from boms_tui.model.facts import Asked, Unproved
from boms_tui.model.ids import ProcessId, RunId, business_date, folder_of, split_ref
from boms_tui.model.nearest import did_you_mean, told
from boms_tui.model.overlay import ROOT
from boms_tui.model.records import Answer, Run, TaskRun, Verdict
from boms_tui.model.rights import amounts_to
from boms_tui.model.states import RUN_ENDED
from boms_tui.model.verbs import VERBS, On, Verb

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
    "apply": apply,
    "users": users,
}


_REOPENING = frozenset({"retry", "skip", "force-ok", "rerun", "free"})
_HOLDING = frozenset({"hold", "release"})
_WHILE_CANCELLING = frozenset({"kill", "resolve", "cancel", "release"})


def asked(draft: Draft, fact: Asked) -> None:
    """Apply a request or refuse it; either way it gets one verdict, and its session moves on."""
    request = fact.request
    draft.actor, draft.request, draft.why = fact.session.user, request.id, request.reason
    found = admissible(draft, fact)
    if request.sequence > draft.session(fact.session).last_sequence:
        draft.use_session(fact.session, request.sequence)
    refusal = found if isinstance(found, Refusal) else ACTS[request.verb](draft, found)
    if refusal is None:
        _answer(draft, fact, Answer.APPLIED, "ok", draft.told.get(request.id, ""))
        return
    answer = Answer.EXPIRED if refusal.code is Code.EXPIRED else Answer.REJECTED
    draft.say(f"{request.verb[:40]}-{answer.value}", request.target, after=refusal.code.value, reason=refusal.text)
    _answer(draft, fact, answer, refusal.code.value, refusal.text)


def unproved(draft: Draft, fact: Unproved) -> None:
    """Refuse what nobody can be held to, under the id it lies under."""
    draft.actor, draft.request = "nobody", fact.request
    draft.say("request-rejected", f"request {fact.request}", after=fact.code, reason=fact.text)
    draft.verdicts.append(Verdict(fact.request, Answer.REJECTED, fact.code, fact.text, draft.now))


def give_verdicts(draft: Draft) -> None:
    """Say in each verdict what became of its target."""
    draft.verdicts = [replace(verdict, state=_state_of(draft, verdict.target)) for verdict in draft.verdicts]


def admissible(draft: Draft, fact: Asked) -> Ask | Refusal:
    """The objects of a request that may be applied now, or the first reason why it may not."""
    for check in (_session, _form):
        refusal = check(draft, fact)
        if refusal is not None:
            return refusal
    verb = VERBS[fact.request.verb]
    found = find(draft, fact, verb)
    if isinstance(found, Refusal):
        return found
    return _right(draft, found, verb) or fitting(draft, found, verb) or found


def fitting(draft: Draft, ask: Ask, verb: Verb) -> Refusal | None:
    """Why the objects, as they are now, are not for this verb."""
    return _stale(ask) or _wrong_state(ask, verb) or _ending(ask, verb) or _overtaken(draft, ask, verb)


def _session(draft: Draft, fact: Asked) -> Refusal | None:
    session = draft.session(fact.session)
    user = draft.user(session.user)
    if session.revoked_at is not None or draft.now > session.expires_at:
        return Refusal(Code.SESSION_ENDED, "the session has ended; sign in again")
    if user is None or user.disabled:
        return Refusal(Code.NOT_AUTHORISED, f"{session.user} may not act any more")
    if user.sessions_from is not None and session.created_at < user.sessions_from:
        return Refusal(Code.SESSION_ENDED, "the password was changed since; sign in again")
    if fact.request.sequence <= session.last_sequence:
        return Refusal(Code.REPLAYED, "a later request of the session was answered already")
    return None


def _form(draft: Draft, fact: Asked) -> Refusal | None:
    request = fact.request
    if draft.now > request.expires_at:
        return Refusal(Code.EXPIRED, f"it was to be applied before {request.expires_at:%H:%M:%S} UTC")
    verb = VERBS.get(request.verb)
    if verb is None:
        return Refusal(Code.UNKNOWN_VERB, f"there is no verb {request.verb[:40]}")
    if verb.reason_required and not request.reason.strip():
        return Refusal(Code.REASON_REQUIRED, f"{verb.name} needs a reason")
    return None


def _right(draft: Draft, ask: Ask, verb: Verb) -> Refusal | None:
    user = draft.user(ask.by)
    holding = verb.name in _HOLDING
    least = least_role(draft, verb, ask.asked.request.target) if holding else verb.role
    if user is not None and amounts_to(user.roles, least, ask.process, draft.catalogue.roles):
        return None
    where = f" on {ask.process}" if ask.process else ""
    return Refusal(Code.NOT_AUTHORISED, f"{ask.by} may not {verb.name}{where}; it takes {least}")


def find(draft: Draft, fact: Asked, verb: Verb) -> Ask | Refusal:
    """The objects that a request names."""
    target = fact.request.target
    ask = Ask(fact, fact.session.user)
    if On.NOTHING in verb.on:
        return ask
    run_id, task_name = split_ref(target)
    run = draft.run(RunId(run_id))
    if run is None:
        return _find_process(draft, ask, verb, target)
    if task_name is None:
        return replace(ask, process=run.process, run=run) if On.RUN in verb.on else _not_found(verb, target)
    if not draft.has_task(run.id, task_name) or On.TASK not in verb.on:
        return _not_found(verb, target)
    return replace(ask, process=run.process, run=run, task=draft.task(run.id, task_name))


def _find_process(draft: Draft, ask: Ask, verb: Verb, target: str) -> Ask | Refusal:
    if On.PROCESS not in verb.on:
        return _not_found(verb, target)
    if ProcessId(target) in draft.catalogue.processes:
        return replace(ask, process=target)
    if verb.name in _HOLDING and "@" in target:
        return _find_occurrence(draft, ask, verb, target)
    if verb.name in _HOLDING and target.endswith("/"):
        return _find_folder(draft, ask, target)
    return _not_found(verb, target)


def _find_folder(draft: Draft, ask: Ask, target: str) -> Ask | Refusal:
    """A folder with processes in it, or one that is held although they are gone; a slip of the pen holds nothing."""
    processes = draft.catalogue.processes
    if target == ROOT or any(name.startswith(target) for name in processes) or draft.holds_on(target):
        return replace(ask, process=target)
    folders = {f"{folder}/" for name in processes for folder in _folders_of(name)}
    hint = did_you_mean(target, folders) or "a folder is all that stands before a / of its processes"
    return Refusal(Code.NOT_FOUND, f"there is no process in {told(target)}; {hint}")


def _folders_of(process: ProcessId) -> Iterator[str]:
    folder = folder_of(process)
    while folder:
        yield folder
        folder = folder_of(ProcessId(folder))


def _find_occurrence(draft: Draft, ask: Ask, verb: Verb, target: str) -> Ask | Refusal:
    """`PROCESS@DATE`: its newest run, or the run that is still to come."""
    name, _, text = target.partition("@")
    process = ProcessId(name)
    day = business_date(text)
    if day is None:
        return _not_found(verb, target)
    run = draft.latest(process, day)
    if run is not None:
        return replace(ask, process=process, run=run)
    return replace(ask, process=process) if process in draft.catalogue.processes else _not_found(verb, target)


def _not_found(verb: Verb, target: str) -> Refusal:
    kinds = " or ".join(sorted(kind.value for kind in verb.on))
    return Refusal(Code.NOT_FOUND, f"{verb.name} acts on a {kinds}; there is none named {target}")


def _stale(ask: Ask) -> Refusal | None:
    """The person saw another version: say what it is now (DESIGN section 4)."""
    seen = ask.asked.request.version_seen
    now: Run | TaskRun | None = ask.task or ask.run
    if seen is None or now is None or now.version == seen:
        return None
    return Refusal(Code.STALE, f"{ask.asked.request.target} has changed since: it is {now.state.value} now")


def _wrong_state(ask: Ask, verb: Verb) -> Refusal | None:
    if ask.task is not None and ask.task.state not in verb.task_states:
        return Refusal(Code.WRONG_STATE, f"{ask.task.ref} is {ask.task.state.value}; {verb.name} does not apply")
    if ask.task is None and ask.run is not None and ask.run.state not in verb.run_states:
        return Refusal(Code.WRONG_STATE, f"{ask.run.id} is {ask.run.state.value}; {verb.name} does not apply")
    return None


def _ending(ask: Ask, verb: Verb) -> Refusal | None:
    """A run that is being cancelled only ends."""
    if ask.run is None or not ask.run.cancelling or verb.name in _WHILE_CANCELLING:
        return None
    return Refusal(Code.WRONG_STATE, f"{ask.run.id} is being cancelled")


def _overtaken(draft: Draft, ask: Ask, verb: Verb) -> Refusal | None:
    """An ended run is not opened again beside another open run of its process, unless that may run beside it."""
    if verb.name not in _REOPENING or ask.run is None or ask.run.state not in RUN_ENDED:
        return None
    if draft.definition(ask.run).overlap is Overlap.PARALLEL:
        return None
    others = draft.open_runs(ask.run.process)
    if not others:
        return None
    return Refusal(Code.WRONG_STATE, f"{others[0].id} is {others[0].state.value}; {ask.run.id} would run beside it")


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
