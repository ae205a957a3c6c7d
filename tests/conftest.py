"""Counts skipped tests, says what they need, and lets them fail the run under REQUIRE_ALL=1."""

import os
from collections import Counter

import pytest

from tests.support.demo_run import demo

__all__ = ["demo"]


def _skip_reasons(config: pytest.Config) -> Counter[str]:
    """Return how many tests and modules were skipped so far, by reason."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = reporter.stats.get("skipped", []) if reporter else []
    reasons: Counter[str] = Counter()
    for report in reports:
        where, line, reason = report.longrepr
        name = getattr(report, "nodeid", "") or f"{where}:{line}"
        told = str(reason).removeprefix("Skipped: ")
        reasons[f"{told} [{name}]" if _require_all() else told] += 1
    return reasons


def _require_all() -> bool:
    """Tell whether a skipped test is a failure of the run."""
    return os.environ.get("REQUIRE_ALL") == "1"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that skipped something although everything was required."""
    if (
        _require_all()
        and _skip_reasons(session.config)
        and session.exitstatus == pytest.ExitCode.OK
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say how many tests were skipped and for want of what."""
    reasons = _skip_reasons(config)
    if not reasons:
        return
    if _require_all():
        terminalreporter.section("skipped under REQUIRE_ALL=1: the run fails", red=True)
    else:
        terminalreporter.section("skipped; .ci/run installs what is missing")
    for reason, count in sorted(reasons.items()):
        terminalreporter.line(f"{count} x {reason}")
