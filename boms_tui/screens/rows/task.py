"""One task as lines: why it does not run, its attempts, whom to call, what to do, what happened."""

from collections.abc import Iterator

from boms_tui.model.definition import Command, Contact, Task
from boms_tui.model.records import Attempt, SealedEntry
from boms_tui.model.states import ENDED, LIVE, TaskState
from boms_tui.model.views import Gate, Output, TaskView
from boms_tui.screens.line import Line, Span, line, rule
from boms_tui.screens.signs import ATTEMPT_SIGNS, TASK_SIGNS
from boms_tui.screens.text import clip, fit, safe, safe_lines, wrap
from boms_tui.screens.when import Moment, clock_text, elapsed, length, stamp

TAIL = 64 * 1024
"""The most of an output that is laid out, in bytes."""


def head_lines(view: TaskView, moment: Moment) -> list[Line]:
    """The state of the task, and in short what it does."""
    task, sign = view.task, TASK_SIGNS[view.task.state]
    took = elapsed(task.started_at, task.ended_at, moment.now)
    attempt = f"attempt {task.attempts}  " if task.attempts else ""
    room = moment.width - 26 - len(attempt)
    return [
        line(
            "#state",
            (f" {sign.glyph} {sign.word}  ", sign.tone),
            (f"{attempt}{took}  ", "strong"),
            (clip(safe(task.reason) or work_text(view.definition), max(0, room)), "dim"),
        )
    ]


def work_text(task: Task) -> str:
    """What a task runs, or what it asks."""
    return safe(" ".join(task.work.argv) if isinstance(task.work, Command) else task.work.prompt)


def fact_lines(view: TaskView, moment: Moment, shown: Attempt | None) -> list[Line]:
    """Everything about the task but its log, in sections."""
    sections = (
        (_gates_title(view), [*_gate_lines(view, moment)]),
        ("Attempts", [*_attempt_lines(view, moment, shown)]),
        ("Call", [*_contact_lines(view.contacts, moment)]),
        ("What to do", [*_instruction_lines(view, moment)]),
        ("What it is", [*_definition_lines(view, moment)]),
        ("What happened", [*_journal_lines(view.journal, moment)]),
    )
    lines: list[Line] = []
    for title, members in sections:
        if members:
            lines.append(rule(f"#{title}", title, moment.width))
            lines.extend(members)
    return lines


def _gates_title(view: TaskView) -> str:
    closed = sum(not gate.open for gate in view.gates)
    if view.task.state in LIVE:
        return "It runs"
    if view.task.state in ENDED:
        return "It has ended"
    return f"Why it is not running: {closed} of {len(view.gates)} gates closed" if closed else "All gates are open"


def _gate_lines(view: TaskView, moment: Moment) -> Iterator[Line]:
    for gate in sorted(view.gates, key=lambda gate: gate.open):
        yield from _gate(gate, moment)
    if not view.gates and view.task.state is TaskState.FAILED:
        yield line("#failed", ("  Nothing more happens until somebody retries, skips or forces it.", "dim"))


def _gate(gate: Gate, moment: Moment) -> Iterator[Line]:
    glyph, word, tone = ("✓", "open", "ok") if gate.open else ("✗", "closed", "warn")
    extra = ""
    if not gate.open:
        at = f", opens at {clock_text(gate.opens_at, moment.zone, now=moment.now)}" if gate.opens_at else ""
        who = "" if gate.by_itself else f", needs {gate.who_can_free}"
        extra = safe(f"{at}{who}")
    head = (Span(f"  {glyph} {fit(word, 7)}", tone), Span(fit(safe(gate.kind), 11) + " ", "dim"))
    for number, part in enumerate(wrap(safe(gate.detail) + extra, max(10, moment.width - 24))):
        lead = head if number == 0 else (Span(" " * 23),)
        yield line(f"#{gate.name}.{number}", *lead, (part, "" if not gate.open else "faint"))


def _attempt_lines(view: TaskView, moment: Moment, shown: Attempt | None) -> Iterator[Line]:
    if not view.attempts:
        yield line("#none", ("  It was not started yet.", "dim"))
    for attempt in reversed(view.attempts):
        sign = ATTEMPT_SIGNS[attempt.state]
        began = stamp(attempt.started_at, moment.zone) or "        "
        took = elapsed(attempt.started_at, attempt.ended_at, moment.now)
        code = f"exit {attempt.exit_code}" if attempt.exit_code is not None else ""
        code = f"signal {attempt.signal}" if attempt.signal is not None else code
        told = not attempt.kill_by or attempt.kill_by in attempt.reason
        by = "" if told else f"killed by {attempt.kill_by}"
        note = ", ".join(filter(None, (attempt.reason, by, f"on {attempt.node}")))
        yield line(
            f"#{attempt.id}",
            ("▸ " if shown is not None and attempt.number == shown.number else "  ", "accent"),
            (fit(f"{attempt.number}", 3), "strong"),
            (f"{sign.glyph} {fit(sign.word, 12)} ", sign.tone),
            (f"{began} {fit(took, 6, right=True)}  ", "dim"),
            (fit(code, 9) + " ", sign.tone if attempt.exit_code or attempt.signal else "dim"),
            (clip(safe(note), max(0, moment.width - 44)), "dim"),
        )


def _contact_lines(contacts: tuple[Contact, ...], moment: Moment) -> Iterator[Line]:
    for number, contact in enumerate(contacts, 1):
        yield from contact_lines(contact, number, moment)


def contact_lines(contact: Contact, number: int, moment: Moment, *, pick: bool = False) -> Iterator[Line]:
    """A contact: how to reach it, when, and who is next."""
    hours = ", ".join(f"{days} {times}" for days, times in contact.hours.items())
    then = ", ".join(f"after {length(wait)} {name}" for name, wait in contact.then.items())
    yield line(
        f"#{contact.id}" if not pick else contact.id,
        (f"  {number} ", "faint"),
        (fit(safe(contact.name), 27) + " ", "strong"),
        (fit(safe(contact.phone), 17) + " ", "accent"),
        (clip(safe(contact.mail), max(0, moment.width - 51)), "dim"),
        pick=pick,
    )
    if hours or then:
        text = safe("; ".join(filter(None, (hours, then))))
        yield line(f"#{contact.id}.hours", (f"    {clip(text, moment.width - 4)}", "faint"))


def _instruction_lines(view: TaskView, moment: Moment) -> Iterator[Line]:
    for number, text in enumerate(safe_lines(view.instructions)):
        for piece, part in enumerate(wrap(text, moment.width - 3)):
            yield line(f"#instruction{number}.{piece}", f"  {part}")


def _definition_lines(view: TaskView, moment: Moment) -> Iterator[Line]:
    task = view.definition
    facts = (
        ("runs" if isinstance(task.work, Command) else "asks", work_text(task)),
        ("after", ", ".join(map(str, task.after))),
        ("pool", f"{task.pool}, priority {task.priority}"),
        ("retries", f"{task.retry.retries}, after {length(task.retry.delay)}" if task.retry.retries else ""),
        ("timeout", length(task.timeout) if task.timeout is not None else ""),
    )
    for label, text in facts:
        if text:
            yield line(f"#{label}", (f"  {fit(label, 10)} ", "faint"), (clip(safe(text), moment.width - 14), "dim"))


def _journal_lines(journal: tuple[SealedEntry, ...], moment: Moment) -> Iterator[Line]:
    for row in journal:
        entry = row.entry
        change = f"{entry.before} → {entry.after}" if entry.before else entry.after
        text = ", ".join(filter(None, (change, entry.reason)))
        yield line(
            f"#journal{row.sequence}",
            (f"  {stamp(entry.at, moment.zone)} ", "faint"),
            (fit(safe(entry.actor), 12) + " ", "accent"),
            (fit(safe(entry.action), 12) + " ", "dim"),
            (clip(safe(text), max(0, moment.width - 38)), "dim"),
        )


def log_lines(output: Output | None, width: int) -> list[Line]:
    """The end of an output, wrapped; what the cap cut away is said at the top."""
    if output is None:
        return [line("#empty", (" no output yet", "faint"))]
    lines: list[Line] = []
    tail = output.tail[-TAIL:]
    before = output.size - output.dropped - len(tail)
    if output.dropped:
        lines.append(line("#dropped", (f" {output.dropped:,} bytes were dropped by the cap", "warn")))
    if before > 0:
        lines.append(line("#before", (f" {before:,} bytes before this are in the file on the node", "faint")))
    text = tail.decode("utf-8", errors="replace")
    for number, row in enumerate(_rows(text)):
        for piece, part in enumerate(wrap(row, max(10, width - 2)) if len(row) > width - 2 else [row]):
            lines.append(line(f"#{number}.{piece}", f" {part}"))
    return lines or [line("#empty", (" it printed nothing", "faint"))]


def _rows(text: str) -> list[str]:
    rows = text.replace("\r\n", "\n").split("\n")
    return [safe(row.rstrip("\r").expandtabs(8)) for row in (rows[:-1] if rows[-1] == "" else rows)]


def log_title(attempt: Attempt | None, output: Output | None, *, following: bool) -> str:
    """What the log pane says of itself."""
    if attempt is None:
        return "Log: nothing was started yet"
    size = f", {output.size:,} bytes" if output is not None else ""
    return f"Log of attempt {attempt.number}{size}, {'following' if following else 'stopped: F follows'}"
