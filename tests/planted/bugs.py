"""The bugs that are planted, each in a copy of the sources, and the test that catches each."""

from dataclasses import dataclass
from typing import NamedTuple


class Plant(NamedTuple):
    """Where a bug goes: the one place in a file that reads `old` reads `new` instead."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Bug:
    """One way to break a promise. `caught_by` is the id of the test that fails with it."""

    name: str
    caught_by: str
    plants: tuple[Plant, ...]

    @property
    def files(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(plant.file.removeprefix("boms_tui/") for plant in self.plants))


SHIM, SHIM_IN_C = "boms_tui/runtime/shim/life.py", "boms_tui/runtime/cshim/life.c"

BUGS: tuple[Bug, ...] = (
    Bug(
        "skip the fence",
        "tests/store/test_commit.py::test_a_deposed_leader_writes_nothing[file]",
        (
            Plant(
                "boms_tui/store/commit.py",
                "        if self._fence.ask(connection, sealed) is None:\n",
                "        if self._fence.ask(connection, sealed) is None and not sealed:\n",
            ),
        ),
    ),
    Bug(
        "drop O_EXCL: the decision is taken without its link",
        "tests/runtime/test_shim_life.py::test_a_cancel_wins_until_the_very_moment_of_the_decision",
        (
            Plant(SHIM, 'os.link(mine, "decision")', 'os.rename(mine, "decision")'),
            Plant(SHIM_IN_C, 'link(mine, "decision")', 'rename(mine, "decision")'),
        ),
    ),
    Bug(
        "write the exit record in place",
        "tests/runtime/test_shim_record.py::test_a_record_has_its_name_only_when_it_is_whole",
        (
            Plant(SHIM, 'seal(pack(pairs)), "exit.tmp", 0.1', 'seal(pack(pairs)), "exit.rec", 0.1'),
            Plant(SHIM_IN_C, 'const char *name = "exit.tmp";', 'const char *name = "exit.rec";'),
        ),
    ),
    Bug(
        "ignore CANCEL",
        "tests/runtime/test_shim_life.py::test_a_cancelled_attempt_is_never_started",
        (
            Plant(
                SHIM,
                '    if os.path.lexists("decision"):\n',
                '    if os.path.lexists("decision") and read("decision") != b"CANCEL":\n',
            ),
            Plant(
                SHIM,
                "    except FileExistsError:\n        return False\n",
                '    except FileExistsError:\n        return read("decision") == b"CANCEL"\n',
            ),
            Plant(
                SHIM_IN_C,
                'if (lstat("decision", &status) == 0)',
                'if (lstat("decision", &status) == 0 && status.st_size != 6)',
            ),
            Plant(
                SHIM_IN_C,
                "        return errno == EEXIST ? DECIDED : unprepared();\n",
                '        return errno == EEXIST && lstat("decision", &(struct stat){0}) == 0 ? 0 : unprepared();\n',
            ),
        ),
    ),
    Bug(
        "launch before commit",
        "tests/chaos/test_intent.py::test_nothing_is_launched_before_its_claim_is_committed",
        (
            Plant(
                "boms_tui/runtime/leading.py",
                '        failpoint("before-commit")\n',
                "        self.snapshot.apply(decision)\n        self._act(decision)\n"
                '        failpoint("before-commit")\n',
            ),
        ),
    ),
    Bug(
        "drop an exit that comes before `running`",
        "tests/model/test_decide.py::test_an_exit_that_comes_before_running_was_recorded_is_a_normal_path",
        (
            Plant(
                "boms_tui/model/endings.py",
                "    run = _run_of(draft, attempt)\n    state, reason = _proved(",
                "    if attempt.state is AttemptState.STARTING:\n        return\n"
                "    run = _run_of(draft, attempt)\n    state, reason = _proved(",
            ),
        ),
    ),
    Bug(
        "re-run on UNKNOWN",
        "tests/model/test_decide.py::test_an_unknown_attempt_is_never_retried_by_itself",
        (
            Plant(
                "boms_tui/model/endings.py",
                "    return declared and task.state in _MAY_TRY_AGAIN",
                "    return task.state in _MAY_TRY_AGAIN",
            ),
        ),
    ),
    Bug(
        "signal by bare pid",
        "tests/runtime/test_pid_reuse.py::test_a_stranger_with_the_number_of_a_program_is_never_signalled",
        (
            Plant(
                "boms_tui/runtime/machine/watching.py",
                "    pidfd = open_exactly(program.pid, program.start_time)\n",
                "    pidfd = os.kill(program.pid, number)\n",
            ),
        ),
    ),
)
