"""Output on its way into the store: the newest first, bounded, whole in the end, and never in the way of an end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import select

from boms_tui.errors import NoAnswerError
from boms_tui.model.facts import Exited, How, Lost
from boms_tui.model.ids import AttemptId
from boms_tui.model.lease import DeposedError
from boms_tui.model.output import Extent, Piece, Shipment
from boms_tui.model.picture import Catalogue, Picture
from boms_tui.model.records import Attempt
from boms_tui.model.snapshot import Snapshot
from boms_tui.model.states import AttemptState
from boms_tui.model.views import Output as Shown
from boms_tui.model.views import Progress
from boms_tui.runtime.output import shipping as shipping_module
from boms_tui.runtime.output.printed import OutputFile
from boms_tui.runtime.output.redaction import EVERYTHING, NotYetError
from boms_tui.runtime.output.shipping import LAST_WORDS, PER_ATTEMPT, PER_BEAT, Shipping
from boms_tui.runtime.ports import Executor
from boms_tui.runtime.spool.protocol import ExitRecord
from boms_tui.store import tables
from tests import stores
from tests.runtime.test_printed import record
from tests.store.house import NOW, House, a_run, a_task, an_attempt

CAP = 10_000_000


@dataclass
class Task:
    """An attempt that prints into a file; what its shim would cut is cut here, by an offset in that file."""

    attempt: Attempt
    folder: Path
    cap: int = CAP
    secrets: tuple[bytes, ...] = ()
    record: ExitRecord | None = None
    trouble: OSError | None = None

    def known(self) -> tuple[bytes, ...]:
        if self.trouble is not None:
            raise self.trouble
        return self.secrets

    def print(self, data: bytes) -> None:
        with (self.folder / "out.log").open("ab") as out:
            out.write(data)

    @property
    def whole(self) -> bytes:
        return (self.folder / "out.log").read_bytes()

    def end(self) -> Exited:
        size = len(self.whole) if (self.folder / "out.log").exists() else 0
        dropped = max(0, size - self.cap)
        self.record = record(size, dropped)
        return Exited(self.attempt.id, How.EXITED, 0, None, NOW, output_bytes=size, output_dropped=dropped)


@dataclass
class Yard:
    """A store, tasks that print, and the shipping between them."""

    house: House
    folder: Path
    tasks: dict[AttemptId, Task] = field(default_factory=dict)
    closed: list[AttemptId] = field(default_factory=list)
    shipped: list[list[Shipment]] = field(default_factory=list)
    refuses: bool = False

    def __post_init__(self) -> None:
        self.snapshot = Snapshot.of(Catalogue(), Picture(), pools={})
        real = self.house.leader.ship

        def ship(shipments: list[Shipment], epoch: int) -> None:
            if self.refuses:
                raise NoAnswerError("the store is full", "make room")
            self.shipped.append(shipments)
            real(shipments, epoch)

        self.house.leader.ship = ship  # type: ignore[method-assign, assignment]
        self.restart()

    def restart(self) -> None:
        """As a runtime that knows nothing but the store."""
        executor = cast("Executor", self)
        self.shipping = Shipping(self.house.leader, executor, self.snapshot, self.house.epoch, self.closed.append)

    def output(self, attempt: AttemptId) -> OutputFile | None:
        task = self.tasks.get(attempt)
        return OutputFile(task.folder, task.cap, lambda: task.record, task.known) if task else None

    def task(self, name: str = "load", **more: object) -> Task:
        attempt = an_attempt(a_task(a_run(), name), state=AttemptState.RUNNING)
        folder = self.folder / name
        folder.mkdir()
        made = self.tasks[attempt.id] = Task(attempt, folder, **more)  # type: ignore[arg-type]
        self.snapshot.attempts[attempt.run, attempt.task] = attempt
        return made

    def beat(self, times: int = 1) -> None:
        for _ in range(times):
            self.shipping.beat(NOW)

    def end(self, task: Task, state: AttemptState = AttemptState.SUCCEEDED) -> None:
        """As the loop does it: last words, the commit, and then that the end is on record."""
        self.shipping.ship_ends([task.end()], NOW)
        self.recorded(task, state)

    def recorded(self, task: Task, state: AttemptState = AttemptState.SUCCEEDED) -> None:
        ended = replace(task.attempt, state=state, ended_at=None if state is AttemptState.UNKNOWN else NOW)
        self.snapshot.attempts.pop((ended.run, ended.task), None)
        self.shipping.ended([ended])

    def shown(self, task: Task, last: int = 1 << 30) -> Shown:
        found = self.house.reader.output(task.attempt.id, last=last)
        assert found is not None
        return found

    def stored(self, task: Task) -> bytes:
        """All that the store has of an output, in order."""
        parts, at = [], 0
        while stretch := self.house.reader.stretch(task.attempt.id, at):
            parts.append(stretch.data)
            at = stretch.start + len(stretch.data)
        return b"".join(parts)

    def sent(self) -> int:
        """Bytes of the last shipment."""
        return sum(len(piece.data) for shipment in self.shipped[-1] for piece in shipment.pieces)

    @contextmanager
    def refusing(self) -> Iterator[None]:
        self.refuses = True
        yield
        self.refuses = False


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    with stores.made(stores.memory, tmp_path) as engine:
        yield Yard(House(engine), tmp_path)


def lines(count: int, start: int = 0) -> bytes:
    return b"".join(b"line %09d\n" % number for number in range(start, start + count))


def test_what_is_printed_is_shown_a_beat_later(yard: Yard) -> None:
    task = yard.task()
    task.print(b"one\n")
    yard.beat()
    assert (yard.shown(task).tail, yard.shown(task).complete) == (b"one\n", False)
    task.print(b"two\n")
    yard.beat()
    assert yard.shown(task).tail == b"one\ntwo\n"


def test_nothing_is_written_while_nothing_is_printed(yard: Yard) -> None:
    tasks = [yard.task(f"t{number}") for number in range(20)]
    for task in tasks:
        task.print(b"hello\n")
    yard.beat(10)
    assert len(yard.shipped) == 1


def test_of_a_flood_the_newest_goes_first_and_the_rest_follows_when_there_is_room(yard: Yard) -> None:
    task = yard.task()
    task.print(lines(100_000))
    yard.beat()
    assert yard.sent() == PER_ATTEMPT
    assert yard.shown(task).tail == task.whole[-PER_ATTEMPT:]
    task.print(lines(10, start=100_000))
    yard.beat()
    assert yard.shown(task, 1_000).tail == task.whole[-1_000:]
    yard.beat(10)
    assert yard.stored(task) == task.whole


def test_a_beat_ships_no_more_than_it_may(yard: Yard) -> None:
    tasks = [yard.task(f"t{number}") for number in range(30)]
    for task in tasks:
        task.print(lines(20_000))
    for _ in range(5):
        yard.beat()
        assert PER_BEAT / 2 < yard.sent() <= 1.1 * PER_BEAT
    assert all(yard.shown(task, 1_000).tail == task.whole[-1_000:] for task in tasks)


def test_what_the_cap_cuts_is_forgotten(yard: Yard) -> None:
    task = yard.task(cap=200_000)
    for start in range(0, 100_000, 10_000):
        task.print(lines(10_000, start))
        yard.beat()
    yard.end(task)
    yard.beat()
    shown = yard.shown(task)
    assert (shown.size, shown.dropped, shown.head) == (len(task.whole), len(task.whole) - 200_000, 100_000)
    assert shown.tail == task.whole[-100_000:]
    assert yard.stored(task) == task.whole[:100_000] + task.whole[-100_000:]
    with yard.house.engine.connect() as connection:
        kept = sum(connection.scalars(select(tables.output_piece.c.length)))
    assert kept < 200_000 + 2 * 65_536


def test_the_last_words_are_there_before_the_end_and_the_rest_after_it(yard: Yard) -> None:
    task = yard.task()
    task.print(lines(50_000))
    yard.shipping.ship_ends([task.end()], NOW)
    assert yard.shown(task).tail == task.whole[-LAST_WORDS:]
    assert not yard.shown(task).complete
    yard.recorded(task)
    assert yard.closed == []
    yard.beat(3)
    assert yard.stored(task) == task.whole
    assert (yard.shown(task).complete, yard.closed) == (True, [task.attempt.id])
    before = len(yard.shipped)
    yard.beat(3)
    assert len(yard.shipped) == before


def test_a_little_output_is_whole_with_the_end(yard: Yard) -> None:
    task = yard.task()
    task.print(b"all of it\n")
    yard.end(task)
    assert (yard.shown(task).complete, len(yard.shipped), yard.closed) == (True, 1, [task.attempt.id])


def test_a_silent_attempt_costs_the_store_nothing(yard: Yard) -> None:
    task = yard.task()
    yard.beat()
    yard.end(task)
    yard.beat()
    assert (yard.shipped, yard.closed) == ([], [task.attempt.id])


def test_an_attempt_without_a_folder_has_nothing_to_ship(yard: Yard) -> None:
    task = yard.task()
    del yard.tasks[task.attempt.id]
    yard.shipping.ship_ends([Lost(task.attempt.id, "gone")], NOW)
    yard.recorded(task)
    assert (yard.shipped, yard.closed) == ([], [task.attempt.id])


def test_a_restart_goes_on_where_the_store_is(yard: Yard) -> None:
    task, other = yard.task(), yard.task("other")
    task.print(b"::boms label begun\n" + lines(50_000))
    other.print(b"said\n")
    yard.beat()
    yard.restart()
    yard.beat()
    assert yard.shown(task).tail == task.whole[-2 * PER_ATTEMPT :]
    yard.shipping.ship_ends([task.end()], NOW)
    yard.restart()
    yard.recorded(task)
    yard.beat(3)
    assert yard.stored(task) == task.whole
    assert yard.closed == [task.attempt.id]
    assert yard.shown(task).progress == Progress(None, "begun", NOW)


def test_an_end_that_was_shipped_whole_before_a_restart_is_only_closed(yard: Yard) -> None:
    task = yard.task()
    task.print(b"all of it\n")
    yard.shipping.ship_ends([task.end()], NOW)
    yard.restart()
    yard.recorded(task)
    yard.beat()
    assert (len(yard.shipped), yard.closed) == (1, [task.attempt.id])


def test_a_store_that_takes_no_output_holds_no_end_up(yard: Yard) -> None:
    task, quiet = yard.task(), yard.task("quiet")
    task.print(lines(10_000))
    with yard.refusing():
        yard.beat(2)
        yard.end(task)
        yard.end(quiet)
        yard.beat(2)
    assert yard.closed == [quiet.attempt.id]
    yard.beat(2)
    assert yard.stored(task) == task.whole
    assert yard.closed == [quiet.attempt.id, task.attempt.id]


def test_pieces_of_one_shipment_do_not_overlap(yard: Yard) -> None:
    task = yard.task()
    task.print(bytes(range(130)))
    yard.house.ship(Shipment(task.attempt.id, Extent(130, 130, 130), None, complete=False, at=NOW,
                             pieces=[Piece(100, bytes(range(100, 110)))]))  # fmt: skip
    yard.beat()
    assert [piece.start for piece in yard.shipped[-1][0].pieces] == [0]
    assert yard.stored(task) == task.whole


def test_an_output_that_somebody_emptied_is_complete_with_what_was_shipped(yard: Yard) -> None:
    task = yard.task()
    task.print(b"here\n")
    yard.beat()
    (task.folder / "out.log").write_bytes(b"")
    yard.end(task)
    assert (yard.shown(task).complete, yard.closed) == (True, [task.attempt.id])


def test_a_deposed_leader_is_told(yard: Yard) -> None:
    task = yard.task()
    task.print(b"one\n")
    yard.house.leader.take("other", yard.house.leader.lease(), NOW, {})
    with pytest.raises(DeposedError):
        yard.beat()


def test_the_books_of_an_unknown_attempt_stay_open_until_somebody_resolves_it(yard: Yard) -> None:
    task = yard.task()
    task.print(lines(20_000))
    yard.shipping.ship_ends([Lost(task.attempt.id, "no trace")], NOW)
    assert yard.shown(task).tail == task.whole[-LAST_WORDS:]
    yard.recorded(task, AttemptState.UNKNOWN)
    yard.beat(3)
    assert (yard.stored(task), yard.closed) == (task.whole, [])
    yard.recorded(task, AttemptState.FAILED)
    yard.beat()
    assert yard.closed == [task.attempt.id]


def test_an_output_that_is_gone_ends_the_search_for_it(yard: Yard) -> None:
    task = yard.task()
    task.print(b"here\n")
    yard.beat()
    task.print(b"never seen\n")
    gone = task.end()
    (task.folder / "out.log").unlink()
    yard.shipping.ship_ends([gone], NOW)
    yard.recorded(task)
    assert (yard.shown(task).complete, yard.stored(task), yard.closed) == (True, b"here\n", [task.attempt.id])


def test_what_a_task_says_of_itself_is_stored_beside_its_output(yard: Yard) -> None:
    task = yard.task()
    task.print(b"::boms meter 10\n::boms la")
    yard.beat()
    assert yard.shown(task).progress == Progress(10, "", NOW)
    task.print(b"bel copying\n")
    yard.shipping.beat(NOW + timedelta(seconds=1))
    said = Progress(10, "copying", NOW + timedelta(seconds=1))
    assert yard.shown(task).progress == said
    assert yard.house.reader.progress([task.attempt.id]) == {task.attempt.id: said}
    assert yard.stored(task) == task.whole
    task.print(b"::boms meter 99")
    yard.end(task)
    assert yard.shown(task).progress == Progress(99, "copying", NOW)


def test_what_is_said_last_in_a_flood_is_heard(yard: Yard) -> None:
    task = yard.task()
    task.print(b"::boms meter 1\n" + lines(500_000) + b"::boms meter 2\n" + lines(1_000))
    yard.beat()
    assert yard.shown(task, 10).progress == Progress(2, "", NOW)


def test_a_label_that_holds_a_secret_is_masked_like_everything_else(yard: Yard) -> None:
    secret = b"correct horse battery"
    task = yard.task(secrets=(secret,))
    for part in (b"::boms label ", secret[:9], secret[9:], b"!\n" + b"x" * 65_500, secret, b"y" * 70_000):
        task.print(part)
        yard.beat()
    yard.end(task)
    yard.beat()
    assert yard.shown(task).progress == Progress(None, "*" * 21 + "!", NOW)
    assert yard.stored(task) == task.whole.replace(secret, b"*" * 21)
    assert not any(secret[:9] in piece.data for sent in yard.shipped for one in sent for piece in one.pieces)


def test_an_output_that_is_masked_whole_is_shipped_whole(yard: Yard) -> None:
    task = yard.task(secrets=(EVERYTHING,))
    task.print(b"::boms meter 10\nnever shown\n")
    yard.beat()
    assert yard.stored(task) == b"*" * 15 + b"\n" + b"*" * 11 + b"\n"
    task.print(b"the end")
    yard.end(task)
    assert (yard.shown(task).complete, yard.shown(task).size) == (True, len(task.whole))
    assert yard.stored(task) == b"*" * 15 + b"\n" + b"*" * 11 + b"\n" + b"*" * 7


def test_what_was_masked_whole_is_shipped_again_once_its_secrets_are_known(yard: Yard) -> None:
    task = yard.task(secrets=(EVERYTHING,))
    task.print(b"shown, but hunter2!\n")
    yard.beat()
    task.secrets = (b"hunter2!",)
    task.print(b"more\n")
    yard.beat()
    assert yard.stored(task) == b"shown, but ********\nmore\n"


@pytest.mark.parametrize("trouble", [NotYetError(11, "not known yet"), OSError(24, "Too many open files")])
def test_an_output_that_cannot_be_read_now_is_neither_silent_nor_complete(yard: Yard, trouble: OSError) -> None:
    task, later, other = yard.task(trouble=trouble), yard.task("later"), yard.task("other")
    for one in (task, later, other):
        one.print(b"all of it\n")
    yard.beat()
    later.trouble = trouble
    yard.end(task)
    yard.end(later)
    yard.end(other)
    yard.beat(2)
    assert yard.closed == [other.attempt.id]
    assert yard.house.reader.output(task.attempt.id) is None
    assert not yard.shown(later).complete
    task.trouble = later.trouble = None
    yard.beat()
    assert sorted(yard.closed) == sorted([task.attempt.id, later.attempt.id, other.attempt.id])
    assert all(yard.stored(one) == b"all of it\n" and yard.shown(one).complete for one in (task, later))


def test_outputs_that_cannot_be_read_now_keep_no_others_from_coming(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping_module, "ENDED_PER_BEAT", 2)
    stuck = [yard.task(f"stuck{number}", trouble=NotYetError(11, "not known yet")) for number in range(3)]
    free = yard.task("free")
    for task in stuck:
        task.print(b"one\n")
        yard.end(task)
    free.print(lines(50_000))
    yard.end(free)
    yard.beat(6)
    assert yard.closed == [free.attempt.id]


def test_a_file_that_cannot_be_looked_at_for_a_moment_holds_no_beat_up(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, other = yard.task(), yard.task("other")
    task.print(b"one\n")
    yard.beat()
    real = OutputFile.length

    def length(output: OutputFile) -> int:
        if output._file == str(task.folder / "out.log"):
            raise OSError(5, "Input/output error")
        return real(output)

    with monkeypatch.context() as patch:
        patch.setattr(OutputFile, "length", length)
        other.print(b"other\n")
        yard.beat()
        yard.end(task)
    assert yard.stored(other) == b"other\n"
    yard.beat()
    assert (yard.stored(task), yard.closed) == (b"one\n", [task.attempt.id])


def test_a_task_that_prints_a_line_a_second_costs_little_more_than_its_lines(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping_module, "PER_BEAT", 1 << 30)
    task = yard.task()
    for number in range(4_000):
        task.print(b"line %09d and some more\n" % number)
        yard.beat()
    yard.end(task)
    sent = sum(len(piece.data) for shipped in yard.shipped for one in shipped for piece in one.pieces)
    assert yard.stored(task) == task.whole
    assert sent < 14 * len(task.whole)
    with yard.house.engine.connect() as connection:
        assert len(connection.scalars(select(tables.output_piece.c.start)).all()) <= 14
