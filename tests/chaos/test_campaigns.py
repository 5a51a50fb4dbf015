"""Each campaign on a small scale; the full one is `make chaos`, or BOMS_CHAOS=full."""

from pathlib import Path

import pytest

from tests.chaos.campaign import Scale, Stage, scale
from tests.chaos.campaigns import CAMPAIGNS, why_not

NAMES = [
    pytest.param(name, marks=() if campaign.times(Scale.SMALL) else pytest.mark.chaos)
    for name, campaign in CAMPAIGNS.items()
]


@pytest.mark.timeout(300 if scale() is Scale.SMALL else 3_600)
@pytest.mark.parametrize("name", NAMES)
def test_campaign(tmp_path: Path, name: str) -> None:
    if missing := why_not(name):
        pytest.skip(missing)
    campaign = CAMPAIGNS[name]
    figures = campaign.play(Stage(tmp_path, campaign.times(scale())))
    assert figures.findings == ()
    assert figures.faults > 0
