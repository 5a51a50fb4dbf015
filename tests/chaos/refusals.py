"""The kernel refuses: fsync with an error, fork, and the execution of programs that cannot be executed."""

from contextlib import suppress
from pathlib import Path

from boms_tui.model.states import AttemptState, TaskState
from tests.chaos.campaign import Figures, Stage, figures_of
from tests.chaos.judge import Finding, Kind
from tests.chaos.night import Night, Step
from tests.chaos.rig import Rig
from tests.runtime.house import wait_until

STRACE = ("strace", "-D", "-qq", "-o", "/dev/null")
"""As a detached grandchild, so that the traced program keeps the pid that it would have without."""
EVERYBODY = (*STRACE, "-f")
FORKS = "clone,clone3,fork,vfork"
SECONDS = 3.0
"""How long a night may take while the kernel refuses."""


def a_night() -> Night:
    """Tasks that may be tried again for as long as their start fails."""
    patient = {"retries": 100, "retry_delay": "1s", "success_codes": [0, 1, 2]}
    fan = tuple(Step(f"fan{n}", codes=(n % 3,), after=("root",), more=patient) for n in range(4))
    return Night((Step("root", more=patient), *fan, Step("join", after=tuple(step.name for step in fan), more=patient)))


def of_fsync(stage: Stage) -> Figures:
    """Each process of a whole night, runtime, shims and tasks, has its N-th fsync fail with EIO; N goes up."""
    calls = [("fsync", "fdatasync")[number % 2] for number in range(stage.times)]
    return _each(
        stage, [(*EVERYBODY, "-e", "trace=fsync,fdatasync", "-e", f"inject={call}:error=EIO:when={number // 2 + 1}")
                for number, call in enumerate(calls)]
    )  # fmt: skip


def of_fork(stage: Stage) -> Figures:
    """Each process has its N-th attempt to make another one, or a thread, refused; N goes up."""
    errors = [("EAGAIN", "ENOMEM")[number % 2] for number in range(stage.times)]
    return _each(
        stage, [(*EVERYBODY, "-e", f"trace={FORKS}", "-e", f"inject={FORKS}:error={error}:when={number // 2 + 1}")
                for number, error in enumerate(errors)]
    )  # fmt: skip


def _each(stage: Stage, tracers: list[tuple[str, ...]]) -> Figures:
    """One night under each tracer, for a few seconds or to its end; what cannot be done then is done without."""
    with Rig(stage.folder, a_night()) as rig:
        rig.apply_night()
        strange: list[Finding] = []
        for done, tracer in enumerate(tracers, 1):
            rig.begin(*tracer)
            with rig.asking():
                _wait_at_most(rig, SECONDS, nights=done)
                if rig.has_died():
                    strange.append(Finding(Kind.UNEXPECTED, f"the runtime died under {tracer[-1]}"))
                rig.kill_runtime()
                rig.lead()
            rig.wait_quiet()
            rig.kill_runtime()
            stage.progress(done, len(tracers))
        rig.lead()
        return figures_of(rig, len(tracers), *strange)


def _wait_at_most(rig: Rig, seconds: float, *, nights: int) -> None:
    def over() -> bool:
        return rig.has_died() or (len(rig.ordered) == nights and rig.open_runs() == 0)

    with suppress(AssertionError):
        wait_until(over, "the night to end", seconds)


BAD = {
    "missing": ("/no/such/program", "ENOENT"),
    "forbidden": ("{folder}/forbidden", "EACCES"),
    "no-format": ("{folder}/no-format", "ENOEXEC"),
    "bad-interpreter": ("{folder}/bad-interpreter", "ENOENT"),
}
"""Programs that no kernel executes, and what it says of each."""


def of_exec(stage: Stage) -> Figures:
    """Programs that cannot be executed, a folder that is not there: failed starts with their reason, never unknown."""
    _make_bad(stage.folder)
    tasks = [f"  {name}: {{command: ['{path.format(folder=stage.folder)}']}}" for name, (path, _) in BAD.items()]
    tasks.append("  nowhere: {command: [/bin/true], directory: /no/such/folder}")
    errors = {name: error for name, (_, error) in BAD.items()} | {"nowhere": "ENOENT"}
    with Rig(stage.folder, a_night()) as rig:
        rig.apply("process: ops/bad\non_failure: continue\ntasks:\n" + "\n".join(tasks))
        rig.lead()
        for _ in range(stage.times):
            rig.ordered.append(rig.order("ops/bad"))
            rig.wait_quiet()
        strange = [
            Finding(Kind.WRONG, f"{attempt.id} is {attempt.state}: {attempt.reason}")
            for run in rig.ordered
            for attempt in rig.store.reader.attempts(run)
            if attempt.state is not AttemptState.START_FAILED or errors[attempt.task] not in attempt.reason
        ]
        states = {state for run in rig.ordered for state in rig.states(run).values()}
        if states != {TaskState.FAILED}:
            strange.append(Finding(Kind.WRONG, f"tasks that cannot start are {states}"))
        rig.night = Night(())
        return figures_of(rig, len(errors) * stage.times, *strange)


def _make_bad(folder: Path) -> None:
    for name, body, mode in (
        ("forbidden", "#!/bin/sh\n", 0o600),
        ("no-format", "no format", 0o700),
        ("bad-interpreter", "#!/no/such/interpreter\n", 0o700),
    ):
        (folder / name).write_text(body)
        (folder / name).chmod(mode)
