"""What holds for every test."""

from hypothesis import HealthCheck, settings

from tests.planted.table import pytest_terminal_summary

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

__all__ = ["pytest_terminal_summary"]
