"""The records of an attempt's folder, as the runtime writes and reads them (byte formats: `shim.files`)."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain

from boms_tui.model.facts import How
from boms_tui.runtime.ports import Spec
from boms_tui.runtime.shim.files import VERSION, Pairs, pack, unpack

START_WITHIN_S = 60
"""A shim that has not decided after so many seconds never starts its program: the attempt is void."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def encode_spec(spec: Spec, boot_id: str, now_ns: int, cgroup: str = "") -> bytes:
    """The file `spec`; `now_ns` counts from boot, `cgroup` is a folder, "" for none.

    Raises:
        ValueError: no operating system could run this; the text says why.
    """
    _refuse_impossible(spec)
    pairs = [
        ("version", VERSION.decode()),
        ("id", spec.attempt),
        *(("arg", argument) for argument in spec.argv),
        *(("env", f"{name}={value}") for name, value in spec.environment.items()),
        ("cwd", spec.directory),
        ("grace_ms", _milliseconds(spec.grace)),
        ("output_cap", str(spec.output_cap)),
        ("start_by_ns", str(now_ns + START_WITHIN_S * 1_000_000_000)),
        ("boot_id", boot_id),
    ]
    if spec.timeout is not None:
        pairs.append(("timeout_ms", _milliseconds(spec.timeout)))
    if cgroup:
        pairs.append(("cgroup", cgroup))
    return pack((key.encode(), os.fsencode(value)) for key, value in pairs)


def _refuse_impossible(spec: Spec) -> None:
    if not spec.argv or not spec.argv[0]:
        raise ValueError("the command is empty")
    if any("\0" in text for text in (*spec.argv, spec.directory, *chain(*spec.environment.items()))):
        raise ValueError("the command, its folder or its environment holds a NUL character")
    if any(not name or "=" in name for name in spec.environment):
        raise ValueError("the environment has a name that is empty or holds `=`")


@dataclass(frozen=True, slots=True)
class StartRecord:
    """The file `decision` of an attempt that was to start.

    Start times are field 22 of /proc/PID/stat: with the pid they name one process for ever.
    """

    pid: int
    start_time: int
    boot_id: str
    shim_pid: int
    shim_start_time: int
    at: datetime

    @classmethod
    def decode(cls, data: bytes) -> "StartRecord":
        """Raises:
        ValueError: the bytes are not a start record.
        """
        pairs = _pairs(data)
        return cls(
            pid=int(pairs["pid"]),
            start_time=int(pairs["starttime"]),
            boot_id=pairs["boot_id"],
            shim_pid=int(pairs["shim_pid"]),
            shim_start_time=int(pairs["shim_starttime"]),
            at=_instant(pairs["at"]),
        )


@dataclass(frozen=True, slots=True)
class ExitRecord:
    """The payload of `exit.rec`.

    `remain` is how many processes the program left behind, in its group or outside. `began` and `elapsed` are None
    where it never ran.
    """

    how: How
    ended: datetime
    code: int | None
    signal: int | None
    text: str
    output_bytes: int
    output_dropped: int
    began: datetime | None
    elapsed: timedelta | None
    remain: int

    @classmethod
    def decode(cls, data: bytes) -> "ExitRecord":
        """Raises:
        ValueError: the bytes are not an exit record.
        """
        pairs = _pairs(data)
        elapsed, began = _optional(pairs, "elapsed_ns"), pairs.get("began")
        return cls(
            how=How(pairs["how"]),
            ended=_instant(pairs["ended"]),
            code=_optional(pairs, "code"),
            signal=_optional(pairs, "signal"),
            text=pairs["text"],
            output_bytes=int(pairs.get("out_bytes", 0)),
            output_dropped=int(pairs.get("dropped", 0)),
            began=_instant(began) if began is not None else None,
            elapsed=timedelta(microseconds=elapsed // 1_000) if elapsed is not None else None,
            remain=int(pairs.get("remain", 0)),
        )


class _Fields(dict[str, str]):
    """The pairs of a record; a missing one is a ValueError like every other damage."""

    def __missing__(self, key: str) -> str:
        raise ValueError(f"the record has no `{key}`")


def _pairs(data: bytes) -> _Fields:
    raw: Pairs = unpack(data)
    fields = _Fields((key.decode(errors="replace"), value.decode(errors="replace")) for key, value in raw)
    if fields["version"] != VERSION.decode():
        raise ValueError(f"the record has version {fields['version']}")
    return fields


def _optional(pairs: _Fields, key: str) -> int | None:
    return int(pairs[key]) if key in pairs else None


def _instant(nanoseconds: str) -> datetime:
    return _EPOCH + timedelta(microseconds=int(nanoseconds) // 1_000)


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1_000))
