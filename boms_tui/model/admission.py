"""Whether a request may be applied: every check in its order, the first that fails being the answer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.acts.hold import least_role
from boms_tui.model.definition import Overlap
from boms_tui.model.draft import Draft
from boms_tui.model.facts import Asked
from boms_tui.model.ids import ROOT, ProcessId, RunId, business_date, folders_of, split_ref
from boms_tui.model.nearest import did_you_mean, told
from boms_tui.model.records import Run, TaskRun
from boms_tui.model.reserved import reserved
from boms_tui.model.rights import amounts_to, amounts_to_any
from boms_tui.model.states import RUN_ENDED
from boms_tui.model.verbs import APPROVE, VERBS, On, Verb

Check: TypeAlias = Callable[[Draft, Asked], Refusal | None]
_REOPENING = frozenset({"retry", "skip", "force-ok", "rerun", "free"})
_HOLDING = frozenset({"hold", "release"})
_WHILE_CANCELLING = frozenset({"kill", "resolve", "cancel", "release"})


def admissible(draft: Draft, fact: Asked) -> Ask | Refusal:
    """The objects of a request that may be applied now, or the first reason why it may not."""
    return _checked(draft, fact, (_session, _in_turn, _in_time, _form))


def still_admissible(draft: Draft, fact: Asked) -> Ask | Refusal:
    """The same of a request that has waited for a second person: its turn was then, and it has a time of its own."""
    return _checked(draft, fact, (_session, _form))


def _checked(draft: Draft, fact: Asked, checks: Iterable[Check]) -> Ask | Refusal:
    for check in checks:
        refusal = check(draft, fact)
        if refusal is not None:
            return refusal
    verb = VERBS[fact.request.verb]
    found = find(draft, fact, verb)
    if isinstance(found, Refusal):
        return found
    return right(draft, found, verb) or fitting(draft, found, verb) or found


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
    return None


def _in_turn(draft: Draft, fact: Asked) -> Refusal | None:
    if fact.request.sequence > draft.session(fact.session).last_sequence:
        return None
    return Refusal(Code.REPLAYED, "a later request of the session was answered already")


def _in_time(draft: Draft, fact: Asked) -> Refusal | None:
    if draft.now <= fact.request.expires_at:
        return None
    return Refusal(Code.EXPIRED, f"it was to be applied before {fact.request.expires_at:%H:%M:%S} UTC")


def _form(_draft: Draft, fact: Asked) -> Refusal | None:
    request = fact.request
    verb = VERBS.get(request.verb)
    if verb is None:
        return Refusal(Code.UNKNOWN_VERB, f"there is no verb {request.verb[:40]}")
    if verb.reason_required and not request.reason.strip():
        return Refusal(Code.REASON_REQUIRED, f"{verb.name} needs a reason")
    return None


def right(draft: Draft, ask: Ask, verb: Verb) -> Refusal | None:
    """Why the person may not use the verb on what it is asked for; None where nothing is against it."""
    user, defined = draft.user(ask.by), draft.catalogue.roles
    roles = () if user is None else user.roles_at(draft.now)
    least = least_role(draft, verb, ask.asked.request.target) if verb.name in _HOLDING else verb.role
    if verb.name == APPROVE:
        return None  # what is approved has rights of its own
    for felt in _places(draft, ask, verb):
        if not amounts_to(roles, least, felt, defined):
            on = f" on {felt}" if felt else ""
            return Refusal(Code.NOT_AUTHORISED, f"{ask.by} may not {verb.name}{on}; it takes {least}")
    where = f" on {ask.place}" if ask.place else ""
    for place, wanted in reserved(draft, ask, verb.name):
        if not amounts_to_any(roles, wanted, place, defined):
            text = f"{ask.by} may not {verb.name}{where}: {place} reserves it for {' or '.join(wanted)}"
            return Refusal(Code.NOT_AUTHORISED, text)
    return None


def _places(draft: Draft, ask: Ask, verb: Verb) -> Sequence[str]:
    """Where an act is felt: an event wherever somebody receives it."""
    receivers = draft.catalogue.causes.receivers(ask.asked.request.target) if verb.name == "event" else ()
    return receivers or [ask.place]


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
    folders = {folder for name in processes for folder in folders_of(name)}
    hint = did_you_mean(target, folders) or "a folder is all that stands before a / of its processes"
    return Refusal(Code.NOT_FOUND, f"there is no process in {told(target)}; {hint}")


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
