"""Durations (`30s`, `5m`, `2h`, `1d`) and sizes (`64KiB`, `10MB`)."""

import re
from datetime import timedelta

from boms_tui.model.definitions.problems import WrongValueError
from boms_tui.model.nearest import told

DURATION_TEXT = "[0-9]{1,9}[smhd]"
_DURATION = re.compile(r"(?P<count>[0-9]{1,9})(?P<unit>[smhd])")
_SIZE = re.compile(r"(?P<count>[0-9]{1,15})(?P<unit>B|KB|MB|GB|KiB|MiB|GiB)?")
LONGEST = timedelta(days=366)
LARGEST = 1 << 40
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_BYTES = {"B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}


def duration(text: str) -> timedelta:
    """The time that `text` says, up to a year.

    Raises:
        WrongValueError: it is no duration.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise WrongValueError(f"not a duration: {told(text)}", "such as 30s, 5m, 2h or 1d")
    seconds = int(match["count"]) * _SECONDS[match["unit"]]
    if seconds > LONGEST.total_seconds():
        raise WrongValueError(f"too long: {text}", f"at most {LONGEST.days}d")
    return timedelta(seconds=seconds)


def size(text: str) -> int:
    """The bytes that `text` says, one at least; without a unit it counts bytes.

    Raises:
        WrongValueError: it is no size.
    """
    return _size(text, 1, "from 1 byte to 1024GiB")


def any_size(text: str) -> int:
    """The bytes that `text` says, which may be none.

    Raises:
        WrongValueError: it is no size.
    """
    return _size(text, 0, "at most 1024GiB")


def _size(text: str, least: int, hint: str) -> int:
    match = _SIZE.fullmatch(text)
    if match is None:
        raise WrongValueError(f"not a size: {told(text)}", "such as 64KiB or 10MB")
    count = int(match["count"]) * _BYTES[match["unit"] or "B"]
    if not least <= count <= LARGEST:
        raise WrongValueError(f"not a size: {text}", hint)
    return count
