"""A set and its people are made once for each content, and never another's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from adapters.policy_folder import read_set
from api.usecases.casework import resources as module
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import (
    KEPT_LOADED,
    ContentsUnusable,
    Resources,
    data_of,
    policy_of,
)
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from engine.policy import PolicySet
from rules.diagnostics import Diagnostics
from rules.loading import load_set
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, order
from tests.databases import BOTH, opened


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, bytes]]:
    """The sets that were made; nothing is kept from other tests."""
    found: list[Mapping[str, bytes]] = []

    def counted(files: Mapping[str, bytes], diagnostics: Diagnostics) -> PolicySet | None:
        found.append(files)
        return load_set(files, diagnostics)

    monkeypatch.setattr(module, "load_set", counted)
    monkeypatch.setattr(module, "_POLICIES", module.Made())
    monkeypatch.setattr(module, "_DATA", module.Made())
    return found


@pytest.mark.parametrize("kind", BOTH)
def test_who_puts_a_set_in_force_has_made_it_for_whoever_decides_by_it(
    kind: str, tmp_path: Path, made: list[Mapping[str, bytes]]
) -> None:
    with opened(kind, tmp_path) as store:
        resources = Resources(store)
        bootstrap(resources, read_set(ACME), data_files(), ADMIN, "installation", START)
        assert isinstance(submit(resources, order(), "portal", PORTAL, NOW), Submitted)
        assert len(made) == 1


def test_one_other_letter_is_another_set_and_other_people(made: list[Mapping[str, bytes]]) -> None:
    files, data = read_set(ACME), data_files()
    other = files | {"policy.yaml": files["policy.yaml"] + b"# another\n"}
    assert policy_of(files).digest != policy_of(other).digest
    assert len(made) == 2
    renamed = data | {"people.csv": data["people.csv"].replace(b"Mia", b"Mio", 1)}
    assert data["people.csv"] != renamed["people.csv"]
    policy = policy_of(files)
    assert data_of(data, policy).digest != data_of(renamed, policy).digest


def test_what_cannot_be_made_is_refused_each_time(made: list[Mapping[str, bytes]]) -> None:
    for _ in range(2):
        with pytest.raises(ContentsUnusable):
            policy_of({"policy.yaml": b"kind: set\n"})
    assert len(made) == 2


def test_few_are_kept(made: list[Mapping[str, bytes]]) -> None:
    files = read_set(ACME)
    variants = [
        files | {"policy.yaml": files["policy.yaml"] + b"#" * number + b"\n"}
        for number in range(1, KEPT_LOADED + 2)
    ]
    for each in (*variants, variants[-1], variants[0]):
        policy_of(each)
    assert len(made) == len(variants) + 1  # the last was kept, the first no more
