"""`python -m tests.chaos.page`: docs/RELIABILITY.md from the figures of the last run."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.chaos.results import FILE
from tests.chaos.rig import ROOT

PAGE = ROOT / "docs" / "RELIABILITY.md"

_HEAD = """\
# Reliability, measured

An attempt is started at most once, and a result is never guessed. This page is what came of trying to break that:
`make chaos` writes it from a run on real processes (`tests/chaos/`), and nothing on it is a promise or an estimate.

The judge is outside of BOMS. Every task of these nights appends its start and its exit code, with O_APPEND and fsync,
to a file that BOMS never reads. At the end that file, the store and the journal must tell one story: each attempt
started at most once, no two attempts of one task ran at the same time, each stored exit code is the true one, every end
is on record and every run has ended, nothing ran that the store had not claimed before, the journal's chain is whole,
and the state of every task is what the journal's rows add up to.
"""
_NOTES = """\
*Faults* are the kills, stops, refused system calls and shortages that were thrown; *attempts* the starts of tasks that
the witness saw meanwhile. *Doubled*: started twice, or two at a time. *Lost*: an end or a run that is not on record, or
a start that nothing had claimed. *Wrong*: a code, a state or a journal that is not true, or anything else that should
not have been. *Unknown*: attempts whose end nobody can prove although only the runtime was hit; those that the fault
itself made unknown, because it took the host as well, stand beside it in brackets and were resolved by a person.
"""
_PLANTED = """\
## The tests are tested

Each of these bugs was planted in a copy of the sources, and the test beside it failed there and passes here.

| planted bug | where | caught by |
|---|---|---|
"""
_UNITS = {"s": "s", "kib": "KiB", "mb": "MB"}


def page(results: Mapping[str, Any]) -> str:
    """The whole page."""
    return "\n".join((_HEAD, *_run(results), *_table(results["campaigns"]), "", _NOTES, _planted(results["planted"])))


def _run(results: Mapping[str, Any]) -> Iterator[str]:
    yield f"Run of {results['at']} at {results['scale']} size, commit {results['commit']}; {results['machine']}."
    yield ""


def _table(campaigns: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield "| fault | faults | attempts | doubled | lost | wrong | unknown | further figures |"
    yield "|---|--:|--:|--:|--:|--:|--:|---|"
    for one in campaigns.values():
        if one["skipped"]:
            yield f"| {one['title']} | not played: {one['skipped']} |||||||"
            continue
        unknown = f"{one['unknown']} ({one['unknown_by_fault']})" if one["unknown_by_fault"] else one["unknown"]
        cells = (one["title"], one["faults"], one["attempts"], one["doubled"], one["lost"], one["wrong"], unknown,
                 _further(one["measured"]))  # fmt: skip
        yield "| " + " | ".join(map(str, cells)) + " |"


def _further(measured: Mapping[str, float]) -> str:
    return ", ".join(f"{_words(name)} {_number(value)}{_unit(name)}" for name, value in measured.items())


def _words(name: str) -> str:
    words = name.split("_")
    return " ".join(words[:-1] if words[-1] in _UNITS else words)


def _unit(name: str) -> str:
    unit = _UNITS.get(name.rpartition("_")[2], "")
    return f" {unit}" if unit else ""


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.2f}"


def _planted(planted: list[Mapping[str, str]]) -> str:
    rows = (f"| {one['bug']} | `{one['file']}` | `{one['caught_by']}` |" for one in planted)
    return _PLANTED + "\n".join(rows) + "\n" if planted else ""


def write(results: Path = FILE, target: Path = PAGE) -> None:
    target.write_text(page(json.loads(results.read_text())))


if __name__ == "__main__":
    write()
    sys.stderr.write(f"{PAGE.relative_to(ROOT)} is written\n")
