"""What travels in an attempt's spec beside what its shim reads, for a runtime that knows the spool alone.

Each is a pair of its own, whose value is JSON; shims leave keys that they do not know alone.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from boms_tui.model.checks import DueAfter, DueFile
from boms_tui.model.condition import FileCheck
from boms_tui.model.definition import OutputCheck
from boms_tui.model.ids import AttemptId
from boms_tui.model.records import CheckVerdict, Phase
from boms_tui.runtime.ports import Spec
from boms_tui.runtime.shim.files import pack, unpack

_KEYS = (b"id", b"output_cap", b"check", b"checked", b"secret", b"proof")


@dataclass(frozen=True, slots=True)
class Baggage:
    """`after` is still to be checked, `checked` was found before the start.

    `secrets` has references, never values; `proof` tells of values whether they are those that were handed over.
    """

    output_cap: int
    after: tuple[DueAfter, ...] = ()
    checked: tuple[CheckVerdict, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    proof: str = ""


def of(spec: Spec, checked: tuple[CheckVerdict, ...] = (), proof: str = "") -> Baggage:
    return Baggage(spec.output_cap, spec.after, checked, spec.secrets, proof)


def packed(baggage: Baggage) -> bytes:
    """What is added to the spec; nothing for a task without checks and secrets."""
    return pack((key, json.dumps(value).encode()) for key, value in _pairs(baggage))


def read(folder: Path) -> Baggage:
    """What the attempt of that folder carries.

    A power loss may leave a spec blank. That of an attempt with checks at its end is on disk before it starts, so a
    blank one had none.

    Raises:
        FileNotFoundError: it has no spec.
        ValueError: somebody edited it.
    """
    body = (folder / "spec").read_bytes()
    if not body.strip(b"\0"):
        return Baggage(output_cap=0)
    pairs = unpack(body)
    if not body.endswith(b"\0"):
        raise ValueError("the spec is cut off")
    values = {key: [value for name, value in pairs if name == key] for key in _KEYS}
    try:
        attempt = AttemptId(os.fsdecode(values[b"id"][0]))
        return Baggage(
            output_cap=int(values[b"output_cap"][0]),
            after=tuple(_check(json.loads(value)) for value in values[b"check"]),
            checked=tuple(_verdict(attempt, json.loads(value)) for value in values[b"checked"]),
            secrets=dict(json.loads(value) for value in values[b"secret"]),
            proof="".join(json.loads(value) for value in values[b"proof"]),
        )
    except (LookupError, TypeError, ValueError) as error:
        raise ValueError(f"the spec cannot be read: {error!r}") from None


def _pairs(baggage: Baggage) -> Iterator[tuple[bytes, object]]:
    for check in baggage.after:
        yield b"check", _check_json(check)
    for verdict in baggage.checked:
        yield b"checked", _verdict_json(verdict)
    for name, reference in baggage.secrets.items():
        yield b"secret", [name, reference]
    if baggage.proof:
        yield b"proof", baggage.proof
    if baggage.secrets:
        yield b"secrets", 1


def _check_json(check: DueAfter) -> dict[str, object]:
    match check:
        case DueFile(file, place):
            return {"place": place, **asdict(file), "newer_than": _seconds(file.newer_than),
                    "settled_for": _seconds(file.settled_for)}  # fmt: skip
        case OutputCheck():
            return asdict(check)


def _check(said: dict[str, Any]) -> DueAfter:
    if "place" not in said:
        return OutputCheck(**said)
    place = said.pop("place")
    newer, settled = (_length(said.pop(name)) for name in ("newer_than", "settled_for"))
    return DueFile(FileCheck(**said, newer_than=newer, settled_for=settled), place)


def _verdict_json(verdict: CheckVerdict) -> list[object]:
    return [verdict.phase, verdict.place, verdict.check, verdict.passed, verdict.saw, verdict.at.isoformat()]


def _verdict(attempt: AttemptId, said: list[Any]) -> CheckVerdict:
    phase, place, check, passed, saw, at = said
    return CheckVerdict(attempt, Phase(phase), place, check, passed, saw, datetime.fromisoformat(at))


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()


def _length(seconds: float | None) -> timedelta | None:
    return None if seconds is None else timedelta(seconds=seconds)
