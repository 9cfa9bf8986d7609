"""Golden cases: a folder each, with what goes in and beside it what came out when it was right."""

from collections.abc import Callable
from pathlib import Path

import pytest

Golden = Callable[[Path, str], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write what came out as what is expected; then read the difference",
    )


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compares a text with a file. `pytest tests/rules --update-golden` writes the file instead."""
    is_updating = request.config.getoption("--update-golden", default=False)

    def check(expected: Path, found: str) -> None:
        if is_updating:
            expected.write_text(found, encoding="utf-8", newline="")
        assert found == expected.read_text(encoding="utf-8")

    return check
