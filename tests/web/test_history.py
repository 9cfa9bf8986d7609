"""History over HTTP: it can be read like any case, says what it is, and takes no act."""

from __future__ import annotations

import pytest

from api.usecases.casework.importing import HistoryRow, Imported, Load, import_all
from api.web import answers
from engine.cases.identities import Identities
from engine.importing import StatedAct
from tests.web.conftest import NOW, START, Desk, order

MOMENT = START.replace(month=2)


@pytest.fixture
def imported(desk_on_both: Desk) -> Desk:
    load = Load("portal", "sha256:1", START, Identities("gina", "command line"), NOW)
    raw = order(submitted_at=MOMENT.isoformat())
    row = HistoryRow("row 2", raw, (StatedAct("approve", "mia", MOMENT),))
    [done] = import_all(desk_on_both.resources, [row], load)
    assert isinstance(done, Imported)
    return desk_on_both


def test_history_is_answered_as_it_is_described(imported: Desk) -> None:
    for path, model in (
        ("/v1/cases?status=imported", answers.CasesAnswer),
        ("/v1/cases/C-000001", answers.WholeCaseAnswer),
        ("/v1/cases/C-000001/decision", answers.ExplanationAnswer),
    ):
        answer = imported.send("GET", path)
        assert answer.status_code == 200, answer.text
        model.model_validate_json(answer.content, strict=True)
    case = imported.send("GET", "/v1/cases/C-000001").json()
    assert case["status"] == "imported"
    assert case["tasks"] == []
    assert case["decision"]["outcome"] == "held"
    assert case["decision"]["held"]["code"] == "decided_elsewhere"


@pytest.mark.parametrize(
    ("language", "said"), [("en", "decided elsewhere"), ("de", "anderswo entschieden")]
)
def test_its_page_says_that_it_was_decided_elsewhere(
    imported: Desk, language: str, said: str
) -> None:
    page = imported.send("GET", "/v1/cases/C-000001/decision.html", **{"Accept_Language": language})
    assert page.status_code == 200
    assert said in page.text


def test_nobody_acts_on_it_changes_it_or_lets_it_post(imported: Desk) -> None:
    for kind in ("approve", "reject", "withdraw", "claim"):
        for by in ("rita", "mia"):
            answer = imported.act("C-000001", by, kind=kind, place=1)
            assert answer.status_code in (403, 409, 422), (kind, by, answer.text)
    other = imported.send("POST", "/v1/documents", order("1.00"))
    assert (other.status_code, other.json()["code"]) == (409, "not_open")
    assert imported.send("GET", "/v1/cases/C-000001").json()["status"] == "imported"
    assert imported.told("action") == []
    assert imported.told("posting_enqueued") == []
