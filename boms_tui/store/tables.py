"""Every table of the store. Columns stand in the order of the record's fields, which `rows` relies on."""

from typing import Any

from sqlalchemy import Column, Identity, Index, Integer, MetaData, Table, event, literal_column
from sqlalchemy.schema import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint

from boms_tui.model.approval import ApprovalState
from boms_tui.model.people import Lent
from boms_tui.model.records import Answer, Phase
from boms_tui.model.states import RUN_ENDED, AttemptState, RunState, TaskState
from boms_tui.store.indexes import among, partial, tell_dialect
from boms_tui.store.types import (
    BusinessDate,
    Bytes,
    Count,
    Flag,
    Instant,
    JsonText,
    Key,
    Prose,
    Rows,
    Word,
    lists,
    micros,
    moment,
)


def dump_lent(lent: Lent) -> list[str | int]:
    return [lent.role, micros(lent.until), lent.by, lent.reason]


def load_lent(row: list[Any]) -> Lent:
    role, until, by, reason = row
    return Lent(role, moment(until), by, reason)


Serial = Count().with_variant(Integer(), "sqlite")
"""A numbering primary key; SQLite has its own only for INTEGER."""

ID, PROCESS, RUN, TASK, OBJECT, HASH = Key(200), Key(400), Key(430), Key(200), Key(700), Key(64)

LEADER = "leader"
"""The name of the one lease there is."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


event.listen(metadata, "before_create", tell_dialect)

deployment = Table(
    "deployment",
    metadata,
    Column("id", HASH, primary_key=True),
    Column("created_at", Instant, nullable=False),
)

lease = Table(
    "lease",
    metadata,
    Column("name", Key(40), primary_key=True),
    Column("holder", Prose, nullable=False),
    Column("epoch", Count, nullable=False),
    Column("pools", JsonText(dict), nullable=False),
)

lease_beat = Table(
    "lease_beat",
    metadata,
    Column("name", Key(40), primary_key=True),
    Column("epoch", Count, nullable=False),
    Column("beat", Count, nullable=False),
    Column("beat_at", Instant),
    Column("planned_until", Instant),
)

journal = Table(
    "journal",
    metadata,
    Column("sequence", Serial, primary_key=True, autoincrement=False),
    Column("epoch", Count, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", Prose, nullable=False),
    Column("action", Prose, nullable=False),
    Column("object", OBJECT, nullable=False),
    Column("before", Prose, nullable=False),
    Column("after", Prose, nullable=False),
    Column("reason", Prose, nullable=False),
    Column("request", Prose, nullable=False),
    Column("hash", HASH, nullable=False),
    Index("ix_journal_object", "object", "sequence"),
)

journal_head = Table(
    "journal_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", Count, nullable=False),
    Column("hash", HASH, nullable=False),
    CheckConstraint("id = 1", name="only_row"),
)

run = Table(
    "run",
    metadata,
    Column("id", RUN, primary_key=True),
    Column("process", PROCESS, nullable=False),
    Column("business_date", BusinessDate, nullable=False),
    Column("number", Count, nullable=False),
    Column("revision", Count, nullable=False),
    Column("state", Word(RunState), nullable=False),
    Column("ordered_at", Instant, nullable=False),
    Column("ordered_by", Prose, nullable=False),
    Column("acts_for", Prose, nullable=False),
    Column("personal", Flag, nullable=False),
    Column("occurrence", Key(500), nullable=False),
    Column("parameters", JsonText(dict), nullable=False),
    Column("not_before", Instant),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("cancelling", Flag, nullable=False),
    Column("freed", JsonText(dict), nullable=False),
    Column("reason", Prose, nullable=False),
    Column("expected_end", Instant),
    Column("late", JsonText(tuple), nullable=False),
    Column("version", Count, nullable=False),
    UniqueConstraint("process", "occurrence"),
    UniqueConstraint("process", "business_date", "number"),
    Index("ix_run_business_date", "business_date"),
    Index("ix_run_state", "state"),
)

task_run = Table(
    "task_run",
    metadata,
    Column("run", RUN, ForeignKey("run.id"), primary_key=True),
    Column("task", TASK, primary_key=True),
    Column("state", Word(TaskState), nullable=False),
    Column("attempts", Count, nullable=False),
    Column("tries", Count, nullable=False),
    Column("check_tries", Count, nullable=False),
    Column("in_vain", Count, nullable=False),
    Column("due_at", Instant),
    Column("ready_at", Instant),
    Column("confirmed_by", Prose, nullable=False),
    Column("approved_by", Prose, nullable=False),
    Column("freed", JsonText(dict), nullable=False),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("changed_at", Instant),
    Column("reason", Prose, nullable=False),
    Column("said", JsonText(tuple), nullable=False),
    Column("version", Count, nullable=False),
    sqlite_with_rowid=False,
)

attempt = Table(
    "attempt",
    metadata,
    Column("run", RUN, primary_key=True),
    Column("task", TASK, primary_key=True),
    Column("number", Count, primary_key=True, autoincrement=False),
    Column("node", Prose, nullable=False),
    Column("epoch", Count, nullable=False),
    Column("claimed_at", Instant, nullable=False),
    Column("pool", Prose, nullable=False),
    Column("state", Word(AttemptState), nullable=False),
    Column("pid", Count),
    Column("started_at", Instant),
    Column("ended_at", Instant),
    Column("exit_code", Count),
    Column("signal", Count),
    Column("kill_by", Prose, nullable=False),
    Column("reason", Prose, nullable=False),
    Column("output_bytes", Count, nullable=False),
    Column("output_dropped", Count, nullable=False),
    Column("remain", Count, nullable=False),
    Column("checked", Flag, nullable=False),
    Column("version", Count, nullable=False),
    ForeignKeyConstraint(["run", "task"], ["task_run.run", "task_run.task"]),
    sqlite_with_rowid=False,
)

check_verdict = Table(
    "check_verdict",
    metadata,
    Column("attempt", OBJECT, primary_key=True),
    Column("phase", Word(Phase), primary_key=True),
    Column("place", Count, primary_key=True, autoincrement=False),
    Column("check", Prose, nullable=False),
    Column("passed", Flag, nullable=False),
    Column("saw", Prose, nullable=False),
    Column("at", Instant, nullable=False),
    sqlite_with_rowid=False,
)

output = Table(
    "output",
    metadata,
    Column("attempt", OBJECT, primary_key=True),
    Column("size", Count, nullable=False),
    Column("head", Count, nullable=False),
    Column("dropped", Count, nullable=False),
    Column("complete", Flag, nullable=False),
    Column("meter", Count),
    Column("label", Prose, nullable=False),
    Column("said_at", Instant),
    Column("at", Instant, nullable=False),
)

output_piece = Table(
    "output_piece",
    metadata,
    Column("attempt", OBJECT, primary_key=True),
    Column("start", Count, primary_key=True, autoincrement=False),
    Column("length", Count, nullable=False),
    Column("packed", Bytes, nullable=False),
)

hold = Table(
    "hold",
    metadata,
    Column("id", ID, primary_key=True),
    Column("object", OBJECT, nullable=False),
    Column("owner", Prose, nullable=False),
    Column("reason", Prose, nullable=False),
    Column("placed_at", Instant, nullable=False),
    Column("until", Instant),
    Column("released_at", Instant),
    Column("begins", Instant),
    Column("began_at", Instant),
    Column("version", Count, nullable=False),
)

posted = Table(
    "event",
    metadata,
    Column("name", ID, primary_key=True),
    Column("business_date", BusinessDate, primary_key=True),
    Column("receiver", PROCESS, primary_key=True),
    Column("posted_at", Instant, nullable=False),
    Column("posted_by", Prose, nullable=False),
    Column("reason", Prose, nullable=False),
    Index("ix_event_business_date", "business_date"),
)

sighting = Table(
    "sighting",
    metadata,
    Column("run", RUN, ForeignKey("run.id"), primary_key=True),
    Column("key", HASH, primary_key=True),
    Column("place", Prose, nullable=False),
    Column("size", Count),
    Column("changed", Instant),
    Column("since", Instant, nullable=False),
    Column("problem", Prose, nullable=False),
    Column("version", Count, nullable=False),
)

habit = Table(
    "habit",
    metadata,
    Column("process", PROCESS, primary_key=True),
    Column("durations", JsonText(lists), nullable=False),
    Column("version", Count, nullable=False),
)

user = Table(
    "user_account",
    metadata,
    Column("name", ID, primary_key=True),
    Column("roles", JsonText(tuple), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("disabled", Flag, nullable=False),
    Column("must_change", Flag, nullable=False),
    Column("failures", Count, nullable=False),
    Column("locked_until", Instant),
    Column("sessions_from", Instant),
    Column("lent", Rows(dump_lent, load_lent), nullable=False),
    Column("version", Count, nullable=False),
)

credential = Table(
    "credential",
    metadata,
    Column("name", ID, ForeignKey("user_account.name"), primary_key=True),
    Column("password_hash", Prose, nullable=False),
)

session = Table(
    "session",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user", ID, ForeignKey("user_account.name"), nullable=False),
    Column("public_key", Bytes, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("last_sequence", Count, nullable=False),
    Column("revoked_at", Instant),
    Column("version", Count, nullable=False),
)

blob = Table(
    "blob",
    metadata,
    Column("hash", HASH, primary_key=True),
    Column("content", Prose, nullable=False),
)

revision = Table(
    "revision",
    metadata,
    Column("kind", Key(20), primary_key=True),
    Column("id", PROCESS, primary_key=True),
    Column("number", Count, primary_key=True, autoincrement=False),
    Column("source", HASH, ForeignKey("blob.hash"), nullable=False),
    Column("body", Prose, nullable=False),
    Column("applied_by", Prose, nullable=False),
    Column("applied_at", Instant, nullable=False),
    Column("reason", Prose, nullable=False),
)

request = Table(
    "request",
    metadata,
    Column("arrival", Serial, Identity(), primary_key=True),
    Column("id", ID, nullable=False),
    Column("session", ID, nullable=False),
    Column("sequence", Count, nullable=False),
    Column("verb", Prose, nullable=False),
    Column("target", Prose, nullable=False),
    Column("version_seen", Count),
    Column("body", Bytes, nullable=False),
    Column("signature", Bytes, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("answered_at", Instant),
    UniqueConstraint("id"),
)

approval = Table(
    "approval",
    metadata,
    Column("id", OBJECT, primary_key=True),
    Column("verb", Prose, nullable=False),
    Column("target", Prose, nullable=False),
    Column("place", Prose, nullable=False),
    Column("by", Prose, nullable=False),
    Column("session", Prose, nullable=False),
    Column("digest", Prose, nullable=False),
    Column("reason", Prose, nullable=False),
    Column("rule", Prose, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("state", Word(ApprovalState), nullable=False),
    Column("decided_by", Prose, nullable=False),
    Column("decided_at", Instant),
    Column("version", Count, nullable=False),
)

verdict = Table(
    "verdict",
    metadata,
    Column("request", ID, ForeignKey("request.id"), primary_key=True),
    Column("answer", Word(Answer), nullable=False),
    Column("code", Prose, nullable=False),
    Column("reason", Prose, nullable=False),
    Column("at", Instant, nullable=False),
    Column("state", Prose, nullable=False),
    Column("target", Prose, nullable=False),
)

login = Table(
    "login",
    metadata,
    Column("arrival", Serial, Identity(), primary_key=True),
    Column("id", ID, nullable=False),
    Column("sealed", Bytes),
    Column("received_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("code", Prose, nullable=False),
    Column("reason", Prose, nullable=False),
    Column("session", Prose),
    Column("roles", JsonText(tuple), nullable=False),
    UniqueConstraint("id"),
)

ACTIVE_RUN = among(run.c.state, frozenset(RunState) - RUN_ENDED)
LIVE_ATTEMPT = among(attempt.c.state, {AttemptState.STARTING, AttemptState.RUNNING, AttemptState.UNKNOWN})
PENDING_REQUEST = request.c.answered_at.is_(None)
PENDING_LOGIN = login.c.answered_at.is_(None)
OPEN_APPROVAL = among(approval.c.state, {ApprovalState.WAITING, ApprovalState.DENIED})
OPEN_HOLD = hold.c.released_at.is_(None)

partial("ix_attempt_live", attempt.c.state, where=LIVE_ATTEMPT)
partial("ix_approval_open", approval.c.asked_at, where=OPEN_APPROVAL)
partial("ix_hold_open", hold.c.object, where=OPEN_HOLD)
partial("ix_request_pending", request.c.arrival, where=PENDING_REQUEST)
partial("ix_login_pending", login.c.arrival, where=PENDING_LOGIN)
partial(
    "uq_request_session_sequence",
    request.c.session,
    request.c.sequence,
    where=request.c.session != literal_column("''"),
    unique=True,
)
