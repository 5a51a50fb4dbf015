"""A second person: `approvals` lists what waits for one and shows it whole, `approve` says yes or no."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from difflib import unified_diff

from boms_tui.commands.command import Command, Parser, reason
from boms_tui.commands.context import Context
from boms_tui.commands.freshness import with_age
from boms_tui.commands.out import iso
from boms_tui.commands.verdicts import exit_code, print_verdict, worst
from boms_tui.errors import ExitCode, UsageError
from boms_tui.model.approval import Approval
from boms_tui.model.definitions import Source, plan_apply
from boms_tui.model.ids import RequestId


def _list_arguments(parser: Parser) -> None:
    parser.add_argument("requests", nargs="*", metavar="REQUEST", help="show these whole (list all)")


def approvals(context: Context, given: Namespace) -> int:
    if given.requests:
        for text in given.requests:
            _show(context, _found(context, text))
        return ExitCode.DONE
    waiting = context.reader.approvals()
    if context.out.as_json:
        context.out.json([_json(one) for one in waiting])
    elif not waiting:
        context.out.line("nothing waits for a second person")
    else:
        context.out.table(
            ("REQUEST", "ASKED BY", "WHAT", "UNTIL", "BECAUSE OF", "REASON"),
            [(one.id, one.by, what(one), one.expires_at or "it starts", one.rule, one.reason) for one in waiting],
        )
    return ExitCode.DONE


def what(approval: Approval) -> str:
    """What somebody wants to do, in few words."""
    return "apply definitions" if approval.verb == "apply" else f"{approval.verb} {approval.target}"


def _show(context: Context, approval: Approval) -> None:
    """Everything that the yes would be to: the request, its parameters, and definitions as they would become."""
    request = context.reader.request(approval.id)
    parameters = {} if request is None else {key: value for key, value in request.parameters.items() if key != "sealed"}
    changes = list(_changes(context, approval)) if approval.verb == "apply" else []
    if context.out.as_json:
        context.out.json({**_json(approval), "parameters": parameters, "changes": changes})
        return
    context.out.line(f"{what(approval)}, asked by {approval.by}: {approval.reason or 'no reason given'}")
    for name, value in parameters.items():
        context.out.line(f"  {name}: {value}")
    context.out.line(f"  because of {approval.rule}; SHA-256 {approval.digest}")
    for line in changes:
        context.out.line(line)


def _changes(context: Context, approval: Approval) -> Iterator[str]:
    """The definitions as they are and as they would be, as a unified diff."""
    current = context.reader.current()
    before = {(one.kind, one.id): one.source for one in current}
    texts = context.reader.documents(approval.target)
    applied = plan_apply([Source(f"document {n}", text.encode()) for n, text in enumerate(texts, 1)], current)
    for document in applied.documents:
        name = f"{document.kind} {document.id}"
        old = before.get((document.kind, document.id), "")
        yield from unified_diff(old.splitlines(), document.source.splitlines(), name, name, lineterm="")
        if name in applied.because:
            yield f"{name} changes by {applied.because[name]}"


def _approve_arguments(parser: Parser) -> None:
    parser.add_argument("requests", nargs="+", metavar="REQUEST")
    parser.add_argument("--no", action="store_true", help="the answer is no")
    reason(parser, required=False)


def approve(context: Context, given: Namespace) -> int:
    answer = "no" if given.no else "yes"
    return worst([_one(context, _found(context, text), answer, given.reason) for text in given.requests])


def _one(context: Context, approval: Approval, answer: str, why: str) -> int:
    parameters = {"answer": answer, "digest": approval.digest}
    verdict = context.client.act("approve", approval.id, reason=why, parameters=parameters)
    print_verdict(context.out, approval.id, verdict)
    return exit_code(verdict)


def _found(context: Context, text: str) -> Approval:
    """What waits under that name: a request, by its id or the beginning of it, or `RUN:TASK`."""
    known = context.reader.approval(RequestId(text))
    if known is not None:
        return known
    waiting = context.reader.approvals()
    found = [one for one in waiting if one.id.startswith(text) or (one.verb == "run" and one.target == text)]
    if len(found) == 1:
        return found[0]
    hint = _several(found) if found else "`boms approvals` lists what waits"
    raise UsageError(f"{'several wait' if found else 'nothing waits'} under the name {text}", hint)


def _several(found: Sequence[Approval]) -> str:
    return ", ".join(one.id for one in found)


def _json(one: Approval) -> dict[str, object]:
    return {
        "request": one.id, "verb": one.verb, "target": one.target, "by": one.by, "reason": one.reason,
        "because_of": one.rule, "digest": one.digest, "asked_at": iso(one.asked_at),
        "expires_at": iso(one.expires_at), "state": one.state.value,
    }  # fmt: skip


COMMANDS = {
    "approvals": Command(with_age(approvals), _list_arguments),
    "approve": Command(approve, _approve_arguments),
}
