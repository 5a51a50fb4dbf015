"""order: create a run of a process for a business date."""

from collections.abc import Mapping

from boms_tui.model.acts.ask import Ask, Code, Refusal
from boms_tui.model.definition import Overlap, Process
from boms_tui.model.draft import Draft
from boms_tui.model.ids import ProcessId, business_date
from boms_tui.model.ordering import order as order_run
from boms_tui.model.placeholders import FILE
from boms_tui.model.planning import business_date_of
from boms_tui.model.records import Run
from boms_tui.model.trigger import FileStart

_PARAMETER = "parameter."


def order(draft: Draft, ask: Ask) -> Refusal | None:
    if ask.run is not None:
        return _after_all(draft, ask, ask.run)
    process = draft.catalogue.processes[ProcessId(ask.process)]
    text = ask.parameter("date")
    day = business_date(text) if text else business_date_of(process, draft.now)
    if day is None:
        return Refusal(Code.BAD_PARAMETER, f"not a business date: {text}")
    off = "" if ask.yes("force") else draft.catalogue.almanac.why_not(process.calendar, day)
    if off:
        return Refusal(Code.NOT_PLANNED, f"{day} is none of its business dates ({off}); --force orders it")
    given = {
        name.removeprefix(_PARAMETER): value
        for name, value in ask.asked.request.parameters.items()
        if name.startswith(_PARAMETER)
    }
    wrong = wrong_parameter(process, given)
    if wrong:
        return Refusal(Code.BAD_PARAMETER, wrong)
    overlaps = draft.open_runs(process.id) if process.overlap is Overlap.SKIP and not ask.yes("force") else []
    if overlaps:
        return Refusal(Code.WRONG_STATE, _overlapping(overlaps[0]))
    request = ask.asked.request
    run = order_run(
        draft, process, day,
        occurrence=f"order:{request.id}", by=ask.by, acts_for=ask.by, personal=True, parameters=given,
        reason=ask.reason,
    )  # fmt: skip
    draft.ordered[request.id] = run.id
    return None


def _after_all(draft: Draft, ask: Ask, run: Run) -> Refusal | None:
    """What was missed is ordered as the run that it is: its occurrence is used once."""
    given = sorted(ask.asked.request.parameters)
    if given:
        return Refusal(Code.BAD_PARAMETER, f"{run.id} has its date and its parameters; leave out {', '.join(given)}")
    reason = f"ordered after all by {ask.by}" + (f": {ask.reason}" if ask.reason else "")
    draft.order_after_all(
        run, draft.definition(run).tasks, acts_for=ask.by, personal=True, ordered_at=draft.now, reason=reason
    )
    return None


def wrong_parameter(process: Process, given: Mapping[str, str]) -> str:
    """What is wrong with the parameters of an order; "" where nothing is."""
    for name, value in given.items():
        if name == FILE and any(isinstance(start, FileStart) for start in process.start):
            continue
        declared = process.parameters.get(name)
        if declared is None:
            return f"{process.id} has no parameter {name}; it has {', '.join(process.parameters) or 'none'}"
        if declared.choices and value not in declared.choices:
            return f"{name} is one of {', '.join(declared.choices)}, not {value}"
    missing = [
        name for name, parameter in process.parameters.items() if parameter.default is None and name not in given
    ]
    return f"{process.id} needs the parameter {missing[0]}" if missing else ""


def _overlapping(run: Run) -> str:
    return f"{run.id} is {run.state.value}, and {run.process} skips what overlaps; --force queues it behind that"
