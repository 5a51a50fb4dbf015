"""The console's and the command line's one way in: reads, sealed sign-ins, signed requests and their verdicts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from boms_tui import clock
from boms_tui.commands import sealed, views
from boms_tui.commands.ports import Inbox, Reader
from boms_tui.commands.reasons import reasons
from boms_tui.commands.session import Credentials, Keeper, Ticket
from boms_tui.commands.verdicts import SESSION_OVER, PendingError, SecondPersonError, session_of
from boms_tui.commands.waiting import Patience
from boms_tui.config import Home
from boms_tui.errors import NoAnswerError, NotAuthorisedError, UsageError
from boms_tui.model.definition import Contact
from boms_tui.model.effect import preview
from boms_tui.model.ids import AttemptId, ProcessId, RequestId, RunId, SessionId, business_date, parse_run_id, split_ref
from boms_tui.model.picture import Catalogue, Picture
from boms_tui.model.planning import business_date_of
from boms_tui.model.records import Hold, SealedEntry, Verdict
from boms_tui.model.request import LIFETIME, MAX_BODY, Request
from boms_tui.model.rights import BUILT_IN, verbs_of
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.views import (
    BoardQuery,
    BoardRow,
    Effect,
    Output,
    Overdue,
    ProcessRow,
    ProcessView,
    Progress,
    Pulse,
    Reasons,
    RunView,
    TaskView,
    UserRow,
)
from boms_tui.screens.gateway import SignedIn

NEXT_STEP = "`boms login --user NAME`, or set BOMS_USER and BOMS_PASSWORD_FILE"
_ASSISTED = frozenset({"apply", "users", "approve"})
"""Acts that a command may decide itself on the embedded store while no runtime leads (DESIGN.md section 6)."""


class Store(Protocol):
    """One home's store: what is read, where requests go, and leading it for a moment."""

    @property
    def home(self) -> Home: ...

    @property
    def reader(self) -> Reader: ...

    @property
    def inbox(self) -> Inbox: ...

    def lead_for_a_moment(self) -> bool: ...


class Client:
    """Implements `screens.gateway.Gateway`. Safe to call from several threads."""

    def __init__(
        self,
        store: Store,
        keeper: Keeper,
        *,
        credentials: Credentials = lambda: None,
        timeout: float = 10.0,
    ) -> None:
        self._home = store.home
        self._reader = store.reader
        self._inbox = store.inbox
        self._keeper = keeper
        self._credentials = credentials
        self._patience = Patience(store.reader, timeout, store.lead_for_a_moment)
        self._deployment = store.reader.deployment()

    def pulse(self) -> Pulse:
        return self._reader.pulse()

    def board(self, query: BoardQuery) -> Sequence[BoardRow]:
        return self._reader.board(query)

    def overdue(self) -> Sequence[Overdue]:
        return self._reader.overdue(clock.now())

    def changed_runs(self, after: int) -> Collection[RunId]:
        return self._reader.changed_runs(after)

    def run(self, run: RunId) -> RunView:
        return views.run_view(self._reader, run, clock.now())

    def task(self, ref: str) -> TaskView:
        return views.task_view(self._reader, ref, clock.now())

    def why(self, ref: str) -> Reasons:
        return reasons(self._reader, ref, clock.now())

    def output(self, attempt: AttemptId) -> Output | None:
        return self._reader.output(attempt)

    def progress(self, attempts: Collection[AttemptId]) -> Mapping[AttemptId, Progress]:
        return self._reader.progress(attempts)

    def processes(self) -> Sequence[ProcessRow]:
        return self._reader.processes()

    def process(self, process: ProcessId) -> ProcessView:
        return views.process_view(self._reader, process, clock.now())

    def holds(self) -> Sequence[Hold]:
        return self._reader.holds()

    def contacts(self) -> Sequence[Contact]:
        return tuple(self._reader.catalogue().contacts.values())

    def journal(self, *, about: str = "", limit: int = 200) -> Sequence[SealedEntry]:
        return views.newest(self._reader, about, limit)

    def users(self) -> Sequence[UserRow]:
        return self._reader.users()

    def roles(self) -> Sequence[str]:
        return tuple(dict.fromkeys((*BUILT_IN, *self._reader.catalogue().roles)))

    def effect(self, verb: str, target: str, parameters: Mapping[str, str] | None = None) -> Effect:
        """What the act would do, by the model that the runtime itself decides with."""
        snapshot = self._snapshot(target, (parameters or {}).get("date", ""))
        effect = preview(snapshot, verb, target, clock.now(), dict(parameters or {}))
        run = snapshot.runs.get(split_ref(target)[0])
        if verb != "rerun" or run is None or effect.refusal:
            return effect
        return replace(effect, went_on=views.went_on(self._reader, run))

    def signed_in(self) -> SignedIn | None:
        """Whose session is kept here, or can be opened without asking; None where there is neither."""
        if self._keeper.load() is None:
            self._sign_in_silently()
        ticket = self._keeper.load()
        return self._as_signed_in(ticket) if ticket else None

    def sign_in(self, user: str, password: str, new_password: str = "") -> SignedIn:
        seed, login = sealed.new_seed(), sealed.new_id()
        blob = sealed.seal_login(
            self._home, deployment=self._deployment, user=user, password=password, new_password=new_password, seed=seed
        )
        self._inbox.submit_login(login, blob)
        answer = self._patience.wait_for(lambda: self._reader.login_answer(login), "nobody is signed in", assisted=True)
        ticket = Ticket(user, session_of(answer), answer.roles, seed, clock.now())
        self._keeper.save(ticket)
        return self._as_signed_in(ticket)

    def sign_out(self) -> None:
        self._keeper.forget()

    def act(
        self,
        verb: str,
        target: str,
        *,
        version_seen: int | None = None,
        reason: str = "",
        parameters: Mapping[str, str] | None = None,
        secret: str = "",
    ) -> Verdict:
        """Insert one request and wait for its verdict.

        A session that no longer serves is replaced once where a name and a password stand ready.

        Raises:
            PendingError: nobody answered in time.
            SecondPersonError: it waits for a second person.
        """
        filled = dict(parameters or {})
        if secret:
            filled["sealed"] = sealed.seal(self._home, secret)

        def ask() -> Verdict:
            request = self._submit(verb, target, version_seen, reason, filled)
            what = f"request {request} stays valid for {LIFETIME.seconds // 60} minutes"
            try:
                return self._patience.wait_for(lambda: self._answer(request), what, assisted=verb in _ASSISTED)
            except NoAnswerError as silence:
                raise PendingError(silence, target, request) from silence

        verdict = ask()
        if verdict.code in SESSION_OVER and self._sign_in_silently():
            verdict = ask()
        return verdict

    def _answer(self, request: RequestId) -> Verdict | None:
        """The verdict, if there is one.

        Raises:
            SecondPersonError: the request waits for a second person.
        """
        verdict = self._reader.verdict(request)
        waits = self._reader.approval(request) if verdict is None else None
        if waits is not None:
            raise SecondPersonError(waits)
        return verdict

    def _submit(
        self, verb: str, target: str, version_seen: int | None, reason: str, parameters: Mapping[str, str]
    ) -> RequestId:
        if self._keeper.load() is None and not self._sign_in_silently():
            raise NotAuthorisedError("nobody is signed in", NEXT_STEP)
        with self._keeper.exclusive():
            kept = self._keeper.load()
            if kept is None:
                raise NotAuthorisedError("the session has just been ended", NEXT_STEP)
            now = clock.now()
            ticket = kept.advanced(now)
            request = Request(
                id=RequestId(sealed.new_id()),
                deployment=self._deployment,
                session=SessionId(ticket.session),
                sequence=ticket.sequence,
                verb=verb,
                target=target,
                issued_at=now,
                expires_at=now + LIFETIME,
                reason=reason,
                version_seen=version_seen,
                parameters=parameters,
            )
            envelope = sealed.sign(request, ticket.seed)
            if len(envelope.body) > MAX_BODY:
                raise UsageError(f"the request is longer than {MAX_BODY} bytes", "shorten the reason or the values")
            self._keeper.save(ticket)
            self._inbox.submit(envelope)
        return request.id

    def _sign_in_silently(self) -> bool:
        """Sign in with what the environment offers; whether it offers anything."""
        credentials = self._credentials()
        if credentials is None:
            return False
        self.sign_in(*credentials)
        return True

    def _as_signed_in(self, ticket: Ticket) -> SignedIn:
        """With the roles of now: they may have been changed, or lent, since the sign-in."""
        user = next((one for one in views.people(self._reader) if one.name == ticket.user), None)
        roles = ticket.roles if user is None else user.roles_at(clock.now())
        return SignedIn(ticket.user, roles, verbs_of(roles, self._reader.catalogue().roles))

    def _snapshot(self, target: str, date_text: str) -> Snapshot:
        """Enough of the model's picture to say what an act on `target` would do; no slot is given away in it."""
        catalogue = self._reader.catalogue()
        pools = dict.fromkeys(self._reader.pulse().pools, 0)
        picture = self._picture(catalogue, target, date_text)
        return Snapshot.of(catalogue, picture, pools=pools, users=views.people(self._reader))

    def _picture(self, catalogue: Catalogue, target: str, date_text: str) -> Picture:
        """What is around a run, or would be around one of a process; of a folder its holds."""
        run, _ = split_ref(target)
        if parse_run_id(run) is not None:
            return self._reader.picture(run)
        name, _, on = target.partition("@")
        process = catalogue.processes.get(ProcessId(name))
        if process is None:
            return Picture(holds=tuple(self._reader.holds()))
        day = business_date(on or date_text) or business_date_of(process, clock.now())
        return self._reader.picture_ahead(process.id, day)
