"""What is answered is what is described, and a change of the description is seen (F1, F12)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.web import answers, delegation_answers, policy_answers
from tests.web.conftest import Desk, order

GOLDEN = Path(__file__).parent / "openapi.json"


def test_the_description_is_the_one_that_was_agreed(
    desk: Desk, request: pytest.FixtureRequest
) -> None:
    """Changed on purpose, it is written again: `pytest tests/web --update-golden`."""
    found = desk.send("GET", "/v1/openapi.json").json()
    text = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    if request.config.getoption("--update-golden", default=False):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


def test_everything_that_is_answered_is_declared(desk: Desk) -> None:
    case = desk.send("POST", "/v1/documents", order("200000.00"))
    answers.CaseAnswer.model_validate_json(case.content, strict=True)
    for path, model in (
        ("/v1/cases", answers.CasesAnswer),
        ("/v1/cases/C-000001", answers.WholeCaseAnswer),
        ("/v1/cases/C-000001/decision", answers.ExplanationAnswer),
        ("/v1/tasks", answers.TasksAnswer),
        ("/v1/notices", answers.NoticesAnswer),
        ("/v1/exceptions", answers.ExceptionsAnswer),
        ("/v1/reviews", answers.ReviewsAnswer),
        ("/v1/policy-sets", policy_answers.SetsAnswer),
        ("/v1/delegations", delegation_answers.DelegationsAnswer),
        ("/v1/policy-sets/proposals", policy_answers.ProposalsAnswer),
    ):
        answer = desk.send("GET", path, by="mia")
        model.model_validate_json(answer.content, strict=True)
    preview = desk.send("POST", "/v1/previews", order())
    answers.PreviewAnswer.model_validate_json(preview.content, strict=True)
    for body in ({}, order(currency="US")):
        problem = desk.send("POST", "/v1/documents", body)
        answers.ProblemAnswer.model_validate_json(problem.content, strict=True)


def test_every_route_declares_its_problems(desk: Desk) -> None:
    paths = desk.send("GET", "/v1/openapi.json").json()["paths"]
    assert len(paths) == 35
    for path, methods in paths.items():
        for described in methods.values():
            assert {"401", "403", "503"} <= described["responses"].keys(), path
