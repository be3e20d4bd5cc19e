"""A pytest plugin: on a build server a skipped test that reads ../shared is a failure, not a pass."""

import os

import pytest

_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember skipped tests with the marker; runs in the controlling process, also for its workers' tests."""
    if report.skipped and "shared" in report.keywords and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn them into a failed run."""
    if _skipped and os.environ.get("CI") == "true" and not hasattr(session.config, "workerinput"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say why."""
    if _skipped and os.environ.get("CI") == "true":
        terminalreporter.section("skipped, which CI does not allow: they read ../shared", red=True)
        terminalreporter.write_line("\n".join(_skipped))
