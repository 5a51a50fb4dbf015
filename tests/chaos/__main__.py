"""`python -m tests.chaos [NAME...] [--small]`: play the campaigns, print what came of them, and write the page."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.chaos import page, results
from tests.chaos.campaign import Figures, Scale, Stage, timed, to_terminal
from tests.chaos.campaigns import CAMPAIGNS, why_not
from tests.chaos.judge import Finding, Kind
from tests.chaos.results import Played
from tests.planted.planting import try_all


def main(words: list[str]) -> int:
    """Exit code 1 where anything was found, or a planted bug was not caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(CAMPAIGNS)}; all, where none is named")
    parser.add_argument("--small", action="store_true", help="as much as the tests play")
    parser.add_argument("--no-page", action="store_true", help="leave docs/ as it is")
    given = parser.parse_args(words)
    unknown = set(given.names) - CAMPAIGNS.keys()
    if unknown:
        parser.error(f"there is no campaign {', '.join(sorted(unknown))}")
    how = Scale.SMALL if given.small else Scale.FULL
    played = {name: _play(name, how) for name in given.names or CAMPAIGNS}
    planted = [] if given.names else try_all(to_terminal("planted"))
    results.write(played, [one.record() for one in planted], how)
    if not given.no_page:
        page.write()
    is_clean = not any(one.figures.findings for one in played.values()) and all(one.caught for one in planted)
    return 0 if is_clean else 1


def _play(name: str, how: Scale) -> Played:
    campaign = CAMPAIGNS[name]
    missing = why_not(name) or ("not at this scale" if not campaign.times(how) else "")
    if missing:
        sys.stderr.write(f"{name}: not played: {missing}\n")
        return Played(Figures(0, 0), 0.0, missing)
    sys.stderr.write(f"{name}: {campaign.title}\n")
    folder = Path(tempfile.mkdtemp(prefix=f"boms-{name}-"))
    try:
        figures, seconds = timed(campaign.play, Stage(folder, campaign.times(how), to_terminal(name)))
    except AssertionError as error:
        figures, seconds = Figures(0, 0, (Finding(Kind.UNEXPECTED, str(error)),)), 0.0
    for finding in figures.findings[:20]:
        sys.stderr.write(f"  FOUND {finding.kind}: {finding.detail}\n")
    sys.stderr.write(f"  {figures.faults} faults, {len(figures.findings)} findings, {seconds:.0f} s\n")
    if figures.findings:
        sys.stderr.write(f"  kept for you: {folder}\n")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return Played(figures, seconds)


sys.exit(main(sys.argv[1:]))
