"""The table of planted bugs, printed at the end of a pytest that tried them."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = (report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, ()))
    tried = [
        (*planted, report.outcome == "passed")
        for report in reports
        for name, planted in getattr(report, "user_properties", ())
        if name == "planted"
    ]
    if not tried:
        return
    terminalreporter.section("planted bugs, and what catches each")
    for bug, caught_by, caught in sorted(tried):
        terminalreporter.write_line(f"{bug}: {caught_by if caught else 'NOT CAUGHT by ' + caught_by}")
