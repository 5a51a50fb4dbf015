"""Tasks as JSON. What the release before this one did not know may be missing, and is read as what it did."""

from datetime import timedelta
from functools import lru_cache

from boms_tui.model.definition import (
    RETRIABLE,
    AfterCheck,
    BeforeCheck,
    Checks,
    Command,
    Lock,
    LockMode,
    Manual,
    OnFailure,
    OnUnknown,
    OutputCheck,
    RetryPolicy,
    Task,
    Window,
)
from boms_tui.model.definitions.body_parts import (
    Json,
    dump_condition,
    dump_file,
    dump_window,
    load_after,
    load_file,
    load_seconds,
    load_window,
    seconds,
)
from boms_tui.model.states import AttemptState


def dump_task(task: Task) -> Json:
    return {
        "name": task.name,
        **_work(task.work),
        "title": task.title,
        "after": [dump_condition(condition) for condition in task.after],
        "retry": _policy(task.retry),
        "timeout": seconds(task.timeout),
        "pool": task.pool,
        "priority": task.priority,
        "confirm": task.confirm,
        "on_failure": task.on_failure,
        "contacts": list(task.contacts),
        "instructions": task.instructions,
        "output_cap": task.output_cap,
        "on_unknown": task.on_unknown,
        "checks": _checks(task.checks),
        "resources": dict(task.resources),
        "locks": [{"name": lock.name, "mode": lock.mode} for lock in task.locks],
        "secrets": dict(task.secrets),
        "exclude": task.exclude,
        "dry": task.dry,
        "two_person": task.two_person,
        "authorised": {verb: list(roles) for verb, roles in task.authorised.items()},
    }


def load_task(fields: Json) -> Task:
    command, manual = fields.pop("command", None), fields.pop("manual", None)
    return Task(
        work=Manual(manual["prompt"]) if command is None else _load_command(command),
        after=load_after(fields.pop("after")),
        retry=_load_policy(fields.pop("retry")),
        timeout=load_seconds(fields.pop("timeout")),
        on_failure=OnFailure(fields.pop("on_failure")),
        contacts=tuple(fields.pop("contacts")),
        on_unknown=OnUnknown(fields.pop("on_unknown", "wait")),
        checks=_load_checks(fields.pop("checks", _NO_CHECKS)),
        authorised={verb: tuple(roles) for verb, roles in fields.pop("authorised", {}).items()},
        locks=tuple([Lock(lock["name"], LockMode(lock["mode"])) for lock in fields.pop("locks", ())]),
        **fields,
    )


def _work(work: Command | Manual) -> Json:
    if isinstance(work, Manual):
        return {"manual": {"prompt": work.prompt}}
    return {
        "command": {
            "argv": list(work.argv),
            "environment": dict(work.environment),
            "directory": work.directory,
            "success_codes": sorted(work.success_codes),
        }
    }


def _load_command(fields: Json) -> Command:
    return Command(
        tuple(fields["argv"]), fields["environment"], fields["directory"], frozenset(fields["success_codes"])
    )


def _policy(policy: RetryPolicy) -> Json:
    return {
        "retries": policy.retries,
        "delay": seconds(policy.delay),
        "backoff": policy.backoff,
        "max_delay": seconds(policy.max_delay),
        "jitter": policy.jitter,
        "on": sorted(policy.on),
    }


def _load_policy(fields: Json) -> RetryPolicy:
    return RetryPolicy(
        fields["retries"],
        timedelta(seconds=fields["delay"]),
        fields["backoff"],
        load_seconds(fields["max_delay"]),
        fields.get("jitter", 0.0),
        _states(tuple(fields.get("on", RETRIABLE))),
    )


@lru_cache(maxsize=1 << len(RETRIABLE))
def _states(names: tuple[str, ...]) -> frozenset[AttemptState]:
    """Nearly all tasks of a night name the same ones."""
    return frozenset(map(AttemptState, names))


def _checks(checks: Checks) -> Json:
    return {
        "before": [_check(check) for check in checks.before],
        "after": [_check(check) for check in checks.after],
        "retry": None if checks.retry is None else _policy(checks.retry),
    }


def _load_checks(fields: Json) -> Checks:
    if fields == _NO_CHECKS:
        return _CHECKS_NOTHING
    return Checks(
        before=tuple(
            [load_window(one["window"]) if "window" in one else load_file(one["file"]) for one in fields["before"]]
        ),
        after=tuple([_load_output(one) if "output" in one else load_file(one["file"]) for one in fields["after"]]),
        retry=None if fields["retry"] is None else _load_policy(fields["retry"]),
    )


def _check(check: BeforeCheck | AfterCheck) -> Json:
    match check:
        case Window():
            return {"window": dump_window(check)}
        case OutputCheck():
            return {"output": {"fail_on": check.fail_on, "require": check.require}}
        case _:
            return {"file": dump_file(check)}


def _load_output(entry: Json) -> OutputCheck:
    return OutputCheck(**entry["output"])


_CHECKS_NOTHING = Checks()
_NO_CHECKS = _checks(_CHECKS_NOTHING)
