"""`/v1/as-of` and `countersign as-of`: the same answers over HTTP and on the command line (A3)."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adapters.store.opening import migrate
from api.cli import app
from api.usecases.casework.activating import load_master_data
from api.web.as_of_answers import PeopleAsOfAnswer, SignersAsOfAnswer
from engine.cases.identities import Identities
from tests.casework.test_as_of import BACK_DATED
from tests.web.conftest import ACME, NOW, START, Desk, acme_files

BEFORE = NOW - timedelta(hours=2)
LOADED = NOW - timedelta(hours=1)
STATED = "amount=8_000.00 USD&requester=rita&entity=US01&fact=cost_center=cc100&fact=supplier=S-1"


def moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def load_late(desk: Desk) -> None:
    files = acme_files()[1] | {"delegations.csv": BACK_DATED}
    load_master_data(desk.resources, files, Identities("gina", "command line"), "late", LOADED)


def test_both_moments_are_asked_over_http_and_answered_with_what_was_in_force(
    desk_on_both: Desk,
) -> None:
    desk = desk_on_both
    load_late(desk)
    about = f"valid={moment(BEFORE)}"
    then, now = f"?{about}", f"?{about}&known={moment(LOADED)}"
    early, late = (
        PeopleAsOfAnswer.model_validate_json(
            desk.send("GET", f"/v1/as-of/delegations/lena{query}").content, strict=True
        )
        for query in (then, now)
    )
    assert (early.valid, early.known) == (BEFORE.isoformat(), BEFORE.isoformat())
    assert (late.valid, late.known) == (BEFORE.isoformat(), LOADED.isoformat())
    assert early.delegations != late.delegations
    assert early.policy == late.policy
    assert early.people[0].lines == []
    assert late.people[0].lines[0]["what"] == "from mia (D-1)"
    path = f"/v1/as-of/documents/purchase_order{then}&{STATED}"
    signers = SignersAsOfAnswer.model_validate_json(desk.send("GET", path).content, strict=True)
    assert signers.answers[0]["approvers"] == ["mia"]
    path = f"/v1/as-of/documents/purchase_order{now}&{STATED}"
    assert desk.send("GET", path).json()["answers"][0]["approvers"] == ["lena", "mia"]
    found = desk.send("GET", f"/v1/as-of/roles/compliance{now}&entity=US01").json()
    assert [each["person"] for each in found["people"]] == ["cora"]
    whole = desk.send("GET", f"/v1/as-of/people/lena{now}").json()
    assert {"level", "role", "delegation"} <= {line["kind"] for line in whole["people"][0]["lines"]}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (f"people/mia?known={moment(START - timedelta(days=1))}", 404, "nothing_in_force_then"),
        (f"people/mia?known={moment(NOW + timedelta(days=1))}", 422, "not_known_yet"),
        ("people/mia?valid=9999-12-31T23:59:59Z", 422, "moment_unusable"),
        ("people/mia?valid=2027-03-15T09:00:00", 422, "invalid_request"),
        ("people/nobody", 404, "person_unknown"),
        ("roles/nothing?entity=US01", 404, "role_unknown"),
        ("roles/compliance", 422, "invalid_request"),
        ("documents/purchase_order?entity=US01", 422, "invalid_request"),
        ("documents/letter?requester=rita", 404, "type_unknown"),
        ("documents/purchase_order?requester=rita&fact=cost_center", 422, "invalid_request"),
        ("documents/purchase_order?requester=rita&amount=much", 422, "invalid_document"),
    ],
)
def test_what_has_no_answer_is_a_problem_with_its_code(
    desk: Desk, path: str, status: int, code: str
) -> None:
    answer = desk.send("GET", f"/v1/as-of/{path}")
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def test_who_may_see_one_entity_only_is_told_nothing_of_people_and_that_is_recorded(
    desk: Desk,
) -> None:
    for path in (
        *("people/mia", "delegations/mia", "roles/compliance?entity=DE01"),
        "documents/purchase_order?requester=rita&entity=DE01",
    ):
        answer = desk.send("GET", f"/v1/as-of/{path}", by="elsewhere")
        assert (answer.status_code, answer.json()["code"]) == (403, "entity_out_of_reach")
    assert len(desk.told("access_refused")) == 4


def test_the_command_line_answers_over_both_moments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("COUNTERSIGN_DATABASE_URL", url)
    monkeypatch.setenv("COUNTERSIGN_ENVIRONMENT", "development")
    migrate(url)
    runner = CliRunner()

    def run(*words: str) -> tuple[int, str]:
        done = runner.invoke(app, [*words])
        return done.exit_code, done.stdout + done.stderr

    never = datetime.now(UTC).isoformat()
    because = ("--by", "gina", "--because", "installation")
    assert run("activate", str(ACME), *because)[0] == 0
    early = datetime.now(UTC).isoformat()
    folder = tmp_path / "data"
    shutil.copytree(ACME / "data", folder)
    first, last = (datetime.now(UTC).date() + timedelta(days=days) for days in (-30, 30))
    row = f"D-1,mia,lena,{first},{last},,,,,,\n".encode()
    (folder / "delegations.csv").write_bytes(BACK_DATED.partition(b"\n")[0] + b"\n" + row)
    code, told = run("data", "load", str(folder), *because)
    assert code == 0, told
    late = datetime.now(UTC).isoformat()

    def asked(known: str, *words: str) -> tuple[int, str]:
        return run("as-of", "--valid", early, "--known", known, *words)

    for known, expected in ((early, set()), (late, {"from mia (D-1)"})):
        code, told = asked(known, "delegations", "lena", "--json")
        found = json.loads(told)
        assert (code, found["valid"], found["known"]) == (0, early, known)
        assert {line["what"] for line in found["people"][0]["lines"]} == expected
    described = ("document", "purchase_order", "--amount", "8_000.00 USD", "--entity", "US01")
    facts = ("--requester", "rita", "-f", "cost_center=cc100", "-f", "supplier=S-1")
    for known, approvers in ((early, ["mia"]), (late, ["lena", "mia"])):
        code, told = asked(known, *described, *facts, "--json")
        assert json.loads(told)["answers"][0]["approvers"] == approvers
    code, told = asked(late, *described, *facts)
    assert code == 0
    assert f"valid {early}, as known at {late}" in told
    assert "Totals and earlier acts are not counted." in told
    code, told = asked(early, "delegations", "lena")
    assert (code, "No delegation was there." in told) == (0, True)
    assert "sha256:" in told
    code, told = asked(early, "role", "compliance", "--entity", "US01")
    assert (code, "(cora), US01: active" in told) == (0, True), told
    code, told = asked(early, "person", "mia")
    assert (code, "up to 10,000.00 USD as manager" in told) == (0, True), told
    assert asked(never, "person", "mia")[0] == 7
    assert asked("2999-01-01T00:00:00+00:00", "person", "mia")[0] == 2
    assert asked(early[:19], "person", "mia")[0] == 2
    assert asked(early, "person", "nobody")[0] == 2
    assert asked(early, "document", "letter")[0] == 2
    bad = tmp_path / "order.json"
    bad.write_text("{}", encoding="utf-8")
    assert asked(early, "document", str(bad))[0] == 3
