"""One runtime leads; what it gives up, or loses, the next one has with a higher epoch."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from boms_tui.model.lease import DeposedError, Lease
from boms_tui.store.leader import Leader
from tests.store.house import NOW, House


def test_a_new_store_is_led_by_nobody(engine: Engine) -> None:
    assert Leader(engine).lease() == Lease("", 0, 0, None, None)


def test_a_lease_is_taken_as_it_was_seen(house: House) -> None:
    seen = house.leader.lease()
    assert (seen.holder, seen.epoch, seen.beat) == ("node-1", house.epoch, 0)
    house.leader.beat(house.epoch, NOW, None)
    assert house.leader.take("node-2", seen, NOW, {}) is None
    assert house.leader.lease().holder == "node-1"
    assert house.leader.take("node-2", house.leader.lease(), NOW, {}) == house.epoch + 1
    assert house.leader.lease().holder == "node-2"


def test_a_beat_moves_only_what_it_is_given(house: House) -> None:
    house.leader.beat(house.epoch, NOW, NOW - timedelta(minutes=1))
    house.leader.beat(house.epoch, NOW + timedelta(seconds=1), None)
    lease = house.leader.lease()
    assert (lease.beat, lease.planned_until) == (2, NOW - timedelta(minutes=1))
    assert lease.beat_at is not None


def test_what_was_planned_outlives_its_leader(house: House) -> None:
    house.leader.beat(house.epoch, NOW, NOW)
    house.leader.give_back(house.epoch, NOW)
    house.leader.take("node-2", house.leader.lease(), NOW, {})
    assert house.leader.lease().planned_until == NOW


def test_a_lease_that_was_given_back_is_held_by_nobody(house: House) -> None:
    assert house.reader.pulse().led
    house.leader.give_back(house.epoch, NOW)
    assert house.leader.lease().holder == ""
    assert not house.reader.pulse().led
    assert house.leader.take("node-2", house.leader.lease(), NOW, {}) == house.epoch + 1


def test_a_deposed_leader_neither_beats_nor_gives_back(house: House) -> None:
    house.leader.take("node-2", house.leader.lease(), NOW, {})
    with pytest.raises(DeposedError):
        house.leader.beat(house.epoch, NOW, None)
    with pytest.raises(DeposedError):
        house.leader.give_back(house.epoch, NOW)
    assert house.leader.lease().holder == "node-2"


def test_of_many_challengers_one_takes_the_lease(house: House) -> None:
    seen = house.leader.lease()
    ready = threading.Barrier(6)
    won: list[int | None] = []

    def challenge(name: str) -> None:
        ready.wait(30)
        won.append(Leader(house.engine).take(name, seen, NOW, {}))

    threads = [threading.Thread(target=challenge, args=(f"node-{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(won, key=str) == [house.epoch + 1, *[None] * 5]


def test_the_pulse_is_by_the_stores_clock(house: House) -> None:
    first = house.reader.pulse()
    house.leader.beat(house.epoch, first.store_now, None)
    second = house.reader.pulse()
    assert (second.node, second.epoch) == ("node-1", house.epoch)
    assert second.beat_at is not None
    assert first.store_now <= second.beat_at <= second.store_now
    assert second.store_now.utcoffset() == timedelta(0)


def test_readers_see_the_pools_of_the_last_leader_that_served_any(house: House) -> None:
    assert house.reader.pulse().pools == {}
    epoch = house.leader.take("node-2", house.leader.lease(), NOW, {"local": 16, "big": 2})
    assert house.leader.lease().pools == house.reader.pulse().pools == {"local": 16, "big": 2}
    assert epoch is not None
    house.leader.give_back(epoch, NOW)
    house.leader.take("command-line", house.leader.lease(), NOW, {})
    assert house.reader.pulse().pools == {"local": 16, "big": 2}
    house.leader.take("node-3", house.leader.lease(), NOW, {"local": 4})
    assert house.reader.pulse().pools == {"local": 4}
