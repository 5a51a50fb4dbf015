"""The command line's session file: private, one a user, gone after an hour without use."""

import os
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from boms_tui import clock
from boms_tui.commands.session import FileKeeper, MemoryKeeper, Ticket, credentials_from_environment
from boms_tui.config import Home
from boms_tui.errors import NotAuthorisedError, UsageError

DEPLOYMENT = "d1"


def ticket(user: str = "anna", *, minutes_ago: float = 0, sequence: int = 0) -> Ticket:
    used_at = clock.now() - timedelta(minutes=minutes_ago)
    return Ticket(user, f"session of {user}", ("operator",), "00" * 32, used_at, sequence)


def keeper(folder: Path, user: str = "") -> FileKeeper:
    return FileKeeper(folder, DEPLOYMENT, user)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    saved = ticket(sequence=7)
    keeper(tmp_path).save(saved)
    assert keeper(tmp_path, "anna").load() == saved
    assert keeper(tmp_path).load() == saved
    assert keeper(tmp_path, "bob").load() is None


def test_the_file_and_its_folder_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "boms"
    keeper(folder).save(ticket())
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_nobodys_name_means_the_session_used_last(tmp_path: Path) -> None:
    keeper(tmp_path).save(ticket("anna", minutes_ago=5))
    keeper(tmp_path).save(ticket("bob", minutes_ago=2))
    loaded = keeper(tmp_path).load()
    assert loaded is not None
    assert loaded.user == "bob"


def test_an_hour_without_use_ends_it(tmp_path: Path) -> None:
    keeper(tmp_path).save(ticket(minutes_ago=60))
    assert keeper(tmp_path).load() is None
    keeper(tmp_path).save(ticket(minutes_ago=59))
    assert keeper(tmp_path).load() is not None


def test_another_deployments_session_is_not_ours(tmp_path: Path) -> None:
    FileKeeper(tmp_path, "d2", "").save(ticket())
    assert keeper(tmp_path).load() is None


def test_forgetting_leaves_other_users_alone(tmp_path: Path) -> None:
    keeper(tmp_path).save(ticket("anna"))
    keeper(tmp_path).save(ticket("bob"))
    keeper(tmp_path, "anna").forget()
    assert keeper(tmp_path, "anna").load() is None
    assert keeper(tmp_path, "bob").load() is not None


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    keeper(tmp_path).save(ticket())
    (file,) = tmp_path.glob("*.json")
    file.chmod(0o640)
    with pytest.raises(NotAuthorisedError, match="others may read the session"):
        keeper(tmp_path).load()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"user": "anna"}', b"\xff"])
def test_a_torn_file_is_no_session(tmp_path: Path, content: bytes) -> None:
    keeper(tmp_path).save(ticket())
    (file,) = tmp_path.glob("*.json")
    file.write_bytes(content)
    assert keeper(tmp_path).load() is None


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "here", tmp_path / "there"
    keeper(elsewhere).save(ticket())
    (file,) = elsewhere.glob("*.json")
    folder.mkdir()
    (folder / file.name).symlink_to(file)
    assert keeper(folder, "anna").load() is None


def test_only_one_signs_at_a_time(tmp_path: Path) -> None:
    """Twenty threads take a number each; none is lost or given twice."""
    keeper(tmp_path).save(ticket())

    def take() -> None:
        mine = keeper(tmp_path, "anna")
        with mine.exclusive():
            held = mine.load()
            assert held is not None
            mine.save(held.advanced(clock.now()))

    threads = [threading.Thread(target=take) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loaded = keeper(tmp_path).load()
    assert loaded is not None
    assert loaded.sequence == 20


def test_it_lies_in_the_runtime_directory_or_else_in_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home", "sqlite:///x", tmp_path, "UTC", tmp_path / "anchors")
    runtime = tmp_path / "run"
    runtime.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    FileKeeper.of(home, DEPLOYMENT, "anna").save(ticket())
    assert len(list(runtime.glob("boms/*.json"))) == 1
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "gone"))
    FileKeeper.of(home, DEPLOYMENT, "anna").save(ticket())
    assert len(list(home.path.glob("sessions/*.json"))) == 1


def test_a_console_keeps_its_session_in_memory() -> None:
    memory = MemoryKeeper()
    assert memory.load() is None
    with memory.exclusive():
        memory.save(ticket())
    assert memory.load() is not None
    memory.forget()
    assert memory.load() is None


def test_the_environment_may_name_a_password_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "password"
    file.write_text("correct horse \n", encoding="utf-8")
    monkeypatch.delenv("BOMS_PASSWORD_FILE", raising=False)
    assert credentials_from_environment("anna") is None
    monkeypatch.setenv("BOMS_PASSWORD_FILE", str(file))
    assert credentials_from_environment("anna") == ("anna", "correct horse ")
    assert credentials_from_environment("") is None
    monkeypatch.setenv("BOMS_PASSWORD_FILE", os.devnull + "/no")
    with pytest.raises(UsageError, match="BOMS_PASSWORD_FILE"):
        credentials_from_environment("anna")
