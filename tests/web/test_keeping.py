"""Until when a case has to be kept, over HTTP (F4)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.policy_folder import read_set
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from engine.cases.identities import Identities
from tests.databases import BOTH, opened
from tests.web.conftest import ACME, PERSON, START, Desk, acme_files, desk_on, order

COUNTRIES = Path(__file__).parents[2] / "policies" / "countries"


@pytest.fixture(params=BOTH)
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desk]:
    with opened(request.param, tmp_path) as store:
        made = Resources(store)
        files = {**read_set(ACME), "countries/us.yaml": (COUNTRIES / "us.yaml").read_bytes()}
        who = Identities("gina", "command line")
        bootstrap(made, files, acme_files()[1], who, "installation", START)
        for each in desk_on(made):
            each.let_in("rita", PERSON)
            yield each


def test_a_case_says_until_when_it_has_to_be_kept(desk: Desk) -> None:
    assert desk.send("POST", "/v1/documents", order()).status_code == 201
    case = desk.send("GET", "/v1/cases/C-000001").json()["keep_until"]
    assert case == desk.send("GET", "/v1/cases/C-000001/readiness").json()["keep_until"]
    assert (case["country"], case["because"], case["classes"]) == ("US", "class", ["letters"])
    assert case["until"] > "2030"


def test_without_a_file_of_the_country_a_case_is_kept_for_ever(desk_on_both: Desk) -> None:
    assert desk_on_both.send("POST", "/v1/documents", order()).status_code == 201
    case = desk_on_both.send("GET", "/v1/cases/C-000001").json()["keep_until"]
    assert (case["until"], case["because"]) == (None, "country_unknown")
