"""The marker of what only `make chaos` plays: left out unless the environment asks for the full size."""

import pytest

from tests.chaos.campaign import Scale, scale


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "chaos: played at full size only, by `make chaos` or with BOMS_CHAOS=full")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if item.get_closest_marker("chaos") and scale() is Scale.SMALL]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]
