"""A leader at rest asks its store one cheap question, and reads what is pending only where something is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from boms_tui.store.leader import Leader
from tests.runtime.house import PASSWORD, House


def counted(monkeypatch: pytest.MonkeyPatch, *names: str) -> list[str]:
    """The calls of these reads of the leader, as they come."""
    calls: list[str] = []

    def count(name: str) -> Callable[[Leader, int], object]:
        read = getattr(Leader, name)

        def reading(leader: Leader, limit: int) -> object:
            calls.append(name)
            return read(leader, limit)

        return reading

    for name in names:
        monkeypatch.setattr(Leader, name, count(name))
    return calls


def test_nothing_is_read_until_somebody_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with House(tmp_path) as house:
        calls = counted(monkeypatch, "pending", "pending_logins")
        assert house.store.lead_for_a_moment()
        assert calls == []
        house.client.sign_in("admin", PASSWORD)
        assert {"pending", "pending_logins"} == set(calls)
        house.apply("process: ops/one\ntasks: {only: {command: [/bin/true]}}\n")
        calls.clear()
        assert house.store.lead_for_a_moment()
        assert calls == []
