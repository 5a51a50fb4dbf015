"""The first schema."""

from alembic import op
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Identity,
    Integer,
    PrimaryKeyConstraint,
    UniqueConstraint,
    text,
)

from boms_tui.store.types import Bytes, Count, Flag, Instant, Key, Prose

revision = "0001"
down_revision = None

SERIAL = Count().with_variant(Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "blob",
        Column("hash", Key(64)),
        Column("content", Prose, nullable=False),
        PrimaryKeyConstraint("hash", name="pk_blob"),
    )
    op.create_table(
        "check_verdict",
        Column("attempt", Key(700)),
        Column("phase", Key(40)),
        Column("place", Count, autoincrement=False),
        Column("check", Prose, nullable=False),
        Column("passed", Flag, nullable=False),
        Column("saw", Prose, nullable=False),
        Column("at", Instant, nullable=False),
        PrimaryKeyConstraint("attempt", "phase", "place", name="pk_check_verdict"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "deployment",
        Column("id", Key(64)),
        Column("created_at", Instant, nullable=False),
        PrimaryKeyConstraint("id", name="pk_deployment"),
    )
    op.create_table(
        "event",
        Column("name", Key(200)),
        Column("business_date", Key(10)),
        Column("receiver", Key(400)),
        Column("posted_at", Instant, nullable=False),
        Column("posted_by", Prose, nullable=False),
        Column("reason", Prose, nullable=False),
        PrimaryKeyConstraint("name", "business_date", "receiver", name="pk_event"),
    )
    op.create_index("ix_event_business_date", "event", ["business_date"])
    op.create_table(
        "habit",
        Column("process", Key(400)),
        Column("durations", Prose, nullable=False),
        Column("version", Count, nullable=False),
        PrimaryKeyConstraint("process", name="pk_habit"),
    )
    op.create_table(
        "hold",
        Column("id", Key(200)),
        Column("object", Key(700), nullable=False),
        Column("owner", Prose, nullable=False),
        Column("reason", Prose, nullable=False),
        Column("placed_at", Instant, nullable=False),
        Column("until", Instant),
        Column("released_at", Instant),
        Column("begins", Instant),
        Column("began_at", Instant),
        Column("version", Count, nullable=False),
        PrimaryKeyConstraint("id", name="pk_hold"),
    )
    _partial("ix_hold_open", "hold", ["object"], "released_at IS NULL")
    op.create_table(
        "journal",
        Column("sequence", SERIAL, autoincrement=False),
        Column("epoch", Count, nullable=False),
        Column("at", Instant, nullable=False),
        Column("actor", Prose, nullable=False),
        Column("action", Prose, nullable=False),
        Column("object", Key(700), nullable=False),
        Column("before", Prose, nullable=False),
        Column("after", Prose, nullable=False),
        Column("reason", Prose, nullable=False),
        Column("request", Prose, nullable=False),
        Column("hash", Key(64), nullable=False),
        PrimaryKeyConstraint("sequence", name="pk_journal"),
    )
    op.create_index("ix_journal_object", "journal", ["object", "sequence"])
    op.create_table(
        "journal_head",
        Column("id", Integer, autoincrement=False),
        Column("sequence", Count, nullable=False),
        Column("hash", Key(64), nullable=False),
        PrimaryKeyConstraint("id", name="pk_journal_head"),
        CheckConstraint("id = 1", name="only_row"),
    )
    op.create_table(
        "lease",
        Column("name", Key(40)),
        Column("holder", Prose, nullable=False),
        Column("epoch", Count, nullable=False),
        Column("pools", Prose, nullable=False),
        PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "lease_beat",
        Column("name", Key(40)),
        Column("epoch", Count, nullable=False),
        Column("beat", Count, nullable=False),
        Column("beat_at", Instant),
        Column("planned_until", Instant),
        PrimaryKeyConstraint("name", name="pk_lease_beat"),
    )
    op.create_table(
        "login",
        Column("arrival", SERIAL, Identity()),
        Column("id", Key(200), nullable=False),
        Column("sealed", Bytes),
        Column("received_at", Instant, nullable=False),
        Column("answered_at", Instant),
        Column("code", Prose, nullable=False),
        Column("reason", Prose, nullable=False),
        Column("session", Prose),
        Column("roles", Prose, nullable=False),
        PrimaryKeyConstraint("arrival", name="pk_login"),
        UniqueConstraint("id", name="uq_login_id"),
    )
    _partial("ix_login_pending", "login", ["arrival"], "answered_at IS NULL")
    op.create_table(
        "output",
        Column("attempt", Key(700)),
        Column("size", Count, nullable=False),
        Column("head", Count, nullable=False),
        Column("dropped", Count, nullable=False),
        Column("complete", Flag, nullable=False),
        Column("meter", Count),
        Column("label", Prose, nullable=False),
        Column("said_at", Instant),
        Column("at", Instant, nullable=False),
        PrimaryKeyConstraint("attempt", name="pk_output"),
    )
    op.create_table(
        "output_piece",
        Column("attempt", Key(700)),
        Column("start", Count, autoincrement=False),
        Column("length", Count, nullable=False),
        Column("packed", Bytes, nullable=False),
        PrimaryKeyConstraint("attempt", "start", name="pk_output_piece"),
    )
    op.create_table(
        "approval",
        Column("id", Key(700)),
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
        Column("state", Key(40), nullable=False),
        Column("decided_by", Prose, nullable=False),
        Column("decided_at", Instant),
        Column("version", Count, nullable=False),
        PrimaryKeyConstraint("id", name="pk_approval"),
    )
    _partial("ix_approval_open", "approval", ["asked_at"], "state IN ('denied', 'waiting')")
    op.create_table(
        "request",
        Column("arrival", SERIAL, Identity()),
        Column("id", Key(200), nullable=False),
        Column("session", Key(200), nullable=False),
        Column("sequence", Count, nullable=False),
        Column("verb", Prose, nullable=False),
        Column("target", Prose, nullable=False),
        Column("version_seen", Count),
        Column("body", Bytes, nullable=False),
        Column("signature", Bytes, nullable=False),
        Column("expires_at", Instant, nullable=False),
        Column("received_at", Instant, nullable=False),
        Column("answered_at", Instant),
        PrimaryKeyConstraint("arrival", name="pk_request"),
        UniqueConstraint("id", name="uq_request_id"),
    )
    _partial("ix_request_pending", "request", ["arrival"], "answered_at IS NULL")
    _partial("uq_request_session_sequence", "request", ["session", "sequence"], "session != ''", unique=True)
    op.create_table(
        "run",
        Column("id", Key(430)),
        Column("process", Key(400), nullable=False),
        Column("business_date", Key(10), nullable=False),
        Column("number", Count, nullable=False),
        Column("revision", Count, nullable=False),
        Column("state", Key(40), nullable=False),
        Column("ordered_at", Instant, nullable=False),
        Column("ordered_by", Prose, nullable=False),
        Column("acts_for", Prose, nullable=False),
        Column("personal", Flag, nullable=False),
        Column("occurrence", Key(500), nullable=False),
        Column("parameters", Prose, nullable=False),
        Column("not_before", Instant),
        Column("started_at", Instant),
        Column("ended_at", Instant),
        Column("cancelling", Flag, nullable=False),
        Column("freed", Prose, nullable=False),
        Column("reason", Prose, nullable=False),
        Column("expected_end", Instant),
        Column("late", Prose, nullable=False),
        Column("version", Count, nullable=False),
        PrimaryKeyConstraint("id", name="pk_run"),
        UniqueConstraint("process", "occurrence", name="uq_run_process_occurrence"),
        UniqueConstraint("process", "business_date", "number", name="uq_run_process_business_date_number"),
    )
    op.create_index("ix_run_business_date", "run", ["business_date"])
    op.create_index("ix_run_state", "run", ["state"])
    op.create_table(
        "user_account",
        Column("name", Key(200)),
        Column("roles", Prose, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("disabled", Flag, nullable=False),
        Column("must_change", Flag, nullable=False),
        Column("failures", Count, nullable=False),
        Column("locked_until", Instant),
        Column("sessions_from", Instant),
        Column("lent", Prose, nullable=False),
        Column("version", Count, nullable=False),
        PrimaryKeyConstraint("name", name="pk_user_account"),
    )
    op.create_table(
        "credential",
        Column("name", Key(200)),
        Column("password_hash", Prose, nullable=False),
        PrimaryKeyConstraint("name", name="pk_credential"),
        ForeignKeyConstraint(["name"], ["user_account.name"], name="fk_credential_user_account"),
    )
    op.create_table(
        "revision",
        Column("kind", Key(20)),
        Column("id", Key(400)),
        Column("number", Count, autoincrement=False),
        Column("source", Key(64), nullable=False),
        Column("body", Prose, nullable=False),
        Column("applied_by", Prose, nullable=False),
        Column("applied_at", Instant, nullable=False),
        Column("reason", Prose, nullable=False),
        PrimaryKeyConstraint("kind", "id", "number", name="pk_revision"),
        ForeignKeyConstraint(["source"], ["blob.hash"], name="fk_revision_blob"),
    )
    op.create_table(
        "session",
        Column("id", Key(200)),
        Column("user", Key(200), nullable=False),
        Column("public_key", Bytes, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("expires_at", Instant, nullable=False),
        Column("last_sequence", Count, nullable=False),
        Column("revoked_at", Instant),
        Column("version", Count, nullable=False),
        PrimaryKeyConstraint("id", name="pk_session"),
        ForeignKeyConstraint(["user"], ["user_account.name"], name="fk_session_user_account"),
    )
    op.create_table(
        "task_run",
        Column("run", Key(430)),
        Column("task", Key(200)),
        Column("state", Key(40), nullable=False),
        Column("attempts", Count, nullable=False),
        Column("tries", Count, nullable=False),
        Column("check_tries", Count, nullable=False),
        Column("in_vain", Count, nullable=False),
        Column("due_at", Instant),
        Column("ready_at", Instant),
        Column("confirmed_by", Prose, nullable=False),
        Column("approved_by", Prose, nullable=False),
        Column("freed", Prose, nullable=False),
        Column("started_at", Instant),
        Column("ended_at", Instant),
        Column("changed_at", Instant),
        Column("reason", Prose, nullable=False),
        Column("said", Prose, nullable=False),
        Column("version", Count, nullable=False),
        PrimaryKeyConstraint("run", "task", name="pk_task_run"),
        ForeignKeyConstraint(["run"], ["run.id"], name="fk_task_run_run"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sighting",
        Column("run", Key(430)),
        Column("key", Key(64)),
        Column("place", Prose, nullable=False),
        Column("size", Count),
        Column("changed", Instant),
        Column("since", Instant, nullable=False),
        Column("problem", Prose, nullable=False),
        Column("version", Count, nullable=False),
        PrimaryKeyConstraint("run", "key", name="pk_sighting"),
        ForeignKeyConstraint(["run"], ["run.id"], name="fk_sighting_run"),
    )
    op.create_table(
        "verdict",
        Column("request", Key(200)),
        Column("answer", Key(40), nullable=False),
        Column("code", Prose, nullable=False),
        Column("reason", Prose, nullable=False),
        Column("at", Instant, nullable=False),
        Column("state", Prose, nullable=False),
        Column("target", Prose, nullable=False),
        PrimaryKeyConstraint("request", name="pk_verdict"),
        ForeignKeyConstraint(["request"], ["request.id"], name="fk_verdict_request"),
    )
    op.create_table(
        "attempt",
        Column("run", Key(430)),
        Column("task", Key(200)),
        Column("number", Count, autoincrement=False),
        Column("node", Prose, nullable=False),
        Column("epoch", Count, nullable=False),
        Column("claimed_at", Instant, nullable=False),
        Column("pool", Prose, nullable=False),
        Column("state", Key(40), nullable=False),
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
        PrimaryKeyConstraint("run", "task", "number", name="pk_attempt"),
        ForeignKeyConstraint(["run", "task"], ["task_run.run", "task_run.task"], name="fk_attempt_task_run"),
        sqlite_with_rowid=False,
    )
    _partial("ix_attempt_live", "attempt", ["state"], "state IN ('running', 'starting', 'unknown')")


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    rows = text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=rows, postgresql_where=rows, mssql_where=rows)
