"""The second engine for tests: a matcher where `durable_rules` is installed, else a skip."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from adapters.second_opinion.asking import SecondOpinion, Unavailable
from adapters.second_opinion.compiling import Compiled
from engine.opinion.controls import SHEET

ABSENT = (
    "`durable_rules` is not installed; `make second-opinion` installs it, or says why it cannot"
)


@contextmanager
def matcher(**settings: float) -> Iterator[SecondOpinion]:
    """A matcher that is ended afterwards. Tests that use it are marked `server`."""
    made = SecondOpinion(**settings)  # type: ignore[arg-type]
    try:
        answer = made.opinion(Compiled(SHEET, (), ()), ())
        if isinstance(answer, Unavailable) and answer.code == "not_installed":
            pytest.skip(ABSENT)
        yield made
    finally:
        made.close()
