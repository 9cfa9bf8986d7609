"""How hard hypothesis looks, what a skipped server test means, and golden files.

A golden file is what came out when it was right; `--update-golden` writes it anew.
"""

import os
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, print_blob=True, max_examples=100)
# Derandomized: a red build is caused by the change in it, not by luck.
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, max_examples=50)
settings.register_profile(
    "nightly",
    settings.get_profile("default"),
    derandomize=False,
    max_examples=5_000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where servers are required, a test that skipped for want of one has failed."""
    report = yield
    required = os.environ.get("COUNTERSIGN_REQUIRE_SERVERS", "") not in ("", "0")
    skipped = report.skipped and not hasattr(report, "wasxfail")
    if required and skipped and item.get_closest_marker("server") is not None:
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} needs a server, and servers are required: {report.longrepr}"
        )
    return report


Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what came out as what is expected; then read the difference",
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares a text with a file. `--update-golden` writes the file instead."""
    is_updating = request.config.getoption("--update-golden", default=False)

    def check(expected: Path, found: str) -> None:
        if is_updating:
            expected.write_text(found, encoding="utf-8", newline="")
        assert found == expected.read_text(encoding="utf-8")

    return check
