"""One task as lines: why it does not run, its attempts, whom to call, what to do, what happened."""

from collections.abc import Iterator
from typing import NamedTuple

from rich.cells import cell_len

from boms_tui.model.definition import Command, Contact, Task
from boms_tui.model.records import Attempt, SealedEntry
from boms_tui.model.states import ENDED, LIVE, TaskState
from boms_tui.model.views import Output, TaskView
from boms_tui.screens.line import Line, Span, line, rule
from boms_tui.screens.rows.checks import check_lines, checks_of, checks_title
from boms_tui.screens.rows.evidence import TITLE as EVIDENCE
from boms_tui.screens.rows.evidence import evidence_lines
from boms_tui.screens.rows.gates import gate_lines
from boms_tui.screens.rows.meter import said
from boms_tui.screens.rows.people import contact_lines
from boms_tui.screens.signs import ATTEMPT_SIGNS, TASK_SIGNS
from boms_tui.screens.text import clip, fit, safe, safe_lines, wrap, wrap_most
from boms_tui.screens.when import Moment, day_stamp, elapsed, length, stamp

_HEAD = 3
"""The most lines of the head that say why."""


class Section(NamedTuple):
    """Lines that belong together, under a title; without lines it is not shown."""

    title: str
    lines: list[Line]
    tone: str = "group"

    def headed(self, width: int) -> list[Line]:
        return [rule(f"#{self.title}", self.title, width, tone=self.tone), *self.lines]


def head_lines(view: TaskView, moment: Moment) -> list[Line]:
    """The state of the task with its reason, or what it does; how far it is; a warning about what outlived it."""
    task, sign = view.task, TASK_SIGNS[view.task.state]
    took = elapsed(task.started_at, task.ended_at, moment.now)
    attempt = f"attempt {task.attempts}  " if task.attempts else ""
    lead = (Span(f" {sign.glyph} {sign.word}  ", sign.tone), Span(f"{attempt}{took}  ", "strong"))
    indent = sum(cell_len(span.text) for span in lead)
    width = max(10, moment.width - indent - 1)
    most = _HEAD if task.reason and not _is_told_below(view) else 1
    said = wrap_most(safe(task.reason) or work_text(view.definition), width, most)
    lines = [
        line(f"#state{number}", *(lead if number == 0 else (Span(" " * indent),)), (part, "dim"))
        for number, part in enumerate(said)
    ]
    return [*lines, *_progress_lines(view, moment), *_remain_lines(view, moment)]


def _is_told_below(view: TaskView) -> bool:
    """Whether a section of its own says in full why it stands as it does."""
    last = view.attempts[-1].id if view.attempts else ""
    return view.task.state is TaskState.UNKNOWN or not all(check.passed for check in checks_of(view.checks, last))


def _progress_lines(view: TaskView, moment: Moment) -> Iterator[Line]:
    progress = view.progress
    if progress is None or view.task.state not in LIVE:
        return
    bar, label = said(progress, 20)
    lead = (Span(" "), *bar, Span("  " if bar else ""))
    at = f"said {day_stamp(progress.at, moment)}  "
    indent = sum(cell_len(span.text) for span in lead) + len(at)
    for number, part in enumerate(wrap_most(label, max(10, moment.width - indent - 1), 2)):
        yield line(f"#progress{number}", *((*lead, Span(at, "faint")) if number == 0 else (Span(" " * indent),)), part)


def _remain_lines(view: TaskView, moment: Moment) -> Iterator[Line]:
    """The warning about processes that outlived an attempt."""
    for attempt in reversed(view.attempts):
        if attempt.remain:
            text = f"▲ processes remain: {attempt.remain} of attempt {attempt.number}, on {safe(attempt.node)}"
            advice = "; they may still do its work: look there before it starts again"
            for number, part in enumerate(wrap_most(text + advice, moment.width - 2, 2)):
                yield line(f"#remain{attempt.number}.{number}", (f" {part}", "warn"))
            return


def work_text(task: Task) -> str:
    """What a task runs, or what it asks."""
    return safe(" ".join(task.work.argv) if isinstance(task.work, Command) else task.work.prompt)


def fact_lines(view: TaskView, moment: Moment, shown: Attempt | None, output: Output | None) -> list[Line]:
    """Everything about the task but its log, in sections: what a person has to act on comes first.

    `shown` is the attempt that is looked at, `output` what it printed.
    """
    checks = checks_of(view.checks, shown.id if shown is not None else "")
    found = (checks_title(checks, shown.number if shown is not None else 0), [*check_lines(checks, moment)])
    failed = any(not check.passed for check in checks)
    sections = (
        Section(EVIDENCE, [*_evidence_lines(view, moment, output)], "odd"),
        *((Section(*found, "bad"),) if failed else ()),
        Section(_gates_title(view), [*_gate_lines(view, moment)]),
        Section("Attempts", [*_attempt_lines(view, moment, shown)]),
        *(() if failed else (Section(*found),)),
        Section("Call", [*_contact_lines(view.contacts, moment)]),
        Section("What to do", [*_instruction_lines(view, moment)]),
        Section("What it is", [*_definition_lines(view, moment)]),
        Section("What happened", [*_journal_lines(view.journal, moment)]),
    )
    return [made for section in sections if section.lines for made in section.headed(moment.width)]


def _gates_title(view: TaskView) -> str:
    closed = sum(not gate.open for gate in view.gates)
    if view.task.state in LIVE:
        return "It runs"
    if view.task.state in ENDED:
        return "It has ended"
    return f"Why it is not running: {closed} of {len(view.gates)} gates closed" if closed else "All gates are open"


def _evidence_lines(view: TaskView, moment: Moment, output: Output | None) -> Iterator[Line]:
    if view.task.state is TaskState.UNKNOWN and view.attempts:
        yield from evidence_lines(view.attempts[-1], output, view.progress, moment)


def _gate_lines(view: TaskView, moment: Moment) -> Iterator[Line]:
    yield from gate_lines(view.gates, moment)
    if not view.gates and view.task.state is TaskState.FAILED:
        text = "Nothing more happens until somebody retries, skips or forces it."
        for number, part in enumerate(wrap(text, moment.width - 3)):
            yield line(f"#failed{number}", (f"  {part}", "dim"))


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
        remain = f"▲ {attempt.remain} remain" if attempt.remain else ""
        note = ", ".join(filter(None, (remain, attempt.reason, by, f"on {attempt.node}")))
        yield line(
            f"#{attempt.id}",
            ("▸ " if shown is not None and attempt.number == shown.number else "  ", "accent"),
            (fit(f"{attempt.number}", 3), "strong"),
            (f"{sign.glyph} {fit(sign.word, 12)} ", sign.tone),
            (f"{began} {fit(took, 6, right=True)}  ", "dim"),
            (fit(code, 9) + " ", sign.tone if attempt.exit_code or attempt.signal else "dim"),
            (clip(safe(note), max(0, moment.width - 47)), "warn" if attempt.remain else "dim"),
        )


def _contact_lines(contacts: tuple[Contact, ...], moment: Moment) -> Iterator[Line]:
    for number, contact in enumerate(contacts, 1):
        yield from contact_lines(contact, number, moment)


def _instruction_lines(view: TaskView, moment: Moment) -> Iterator[Line]:
    for number, text in enumerate(safe_lines(view.instructions)):
        for piece, part in enumerate(wrap(text, moment.width - 3)):
            yield line(f"#instruction{number}.{piece}", f"  {part}")


def _definition_lines(view: TaskView, moment: Moment) -> Iterator[Line]:
    task = view.definition
    facts = (
        ("runs" if isinstance(task.work, Command) else "asks", work_text(task)),
        ("dry", "nothing is run; it is skipped once its gates are open" if task.dry and not task.exclude else ""),
        ("excluded", "it is skipped as soon as its run starts" if task.exclude else ""),
        ("after", ", ".join(map(str, task.after))),
        ("pool", f"{task.pool}, priority {task.priority}"),
        ("holds", _holdings(task)),
        ("retries", f"{task.retry.retries}, after {length(task.retry.delay)}" if task.retry.retries else ""),
        ("timeout", length(task.timeout) if task.timeout is not None else ""),
    )
    for label, text in facts:
        if text:
            yield line(f"#{label}", (f"  {fit(label, 10)} ", "faint"), (clip(safe(text), moment.width - 14), "dim"))


def _holdings(task: Task) -> str:
    """What it holds while it runs."""
    units = (f"{number} of {name}" for name, number in task.resources.items())
    return ", ".join((*units, *(f"lock {lock.name} ({lock.mode})" for lock in task.locks)))


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
