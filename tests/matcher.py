"""The second engine for tests: a matcher where `durable_rules` is installed, else a skip."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from adapters.second_opinion.asking import SecondOpinion

ABSENT = (
    "`durable_rules` is not installed; `make second-opinion` installs it, or says why it cannot"
)


@contextmanager
def matcher(**settings: float) -> Iterator[SecondOpinion]:
    """A matcher that is ended afterwards. Tests that use it are marked `server`."""
    if importlib.util.find_spec("durable_rules_engine") is None:
        pytest.skip(ABSENT)
    made = SecondOpinion(**settings)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        made.close()
