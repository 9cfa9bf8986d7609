"""From a file that came with a document to the number that the ERP gave it, by one question
(F5, D3)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from typer.testing import CliRunner, Result

from adapters.policy_folder import read_set
from adapters.store.trail import digest_of, every_record
from api.cli import app
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Resources
from api.usecases.casework.submitting import submit
from api.usecases.trail.lineage import lineage
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.deliveries import Delivery, made
from tests.casework.documents import NOW, PORTAL, by, order
from tests.databases import BOTH, opened

OFFER, SCAN, OTHER = (f"sha256:{digit * 64}" for digit in "abc")
TARGETS = {("US01", "purchase_order"): "erp"}


@pytest.fixture(params=BOTH)
def on(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Delivery]:
    """A case with two versions, the second of which is approved by Mia and posted, and one that
    waits for her."""
    with opened(request.param, tmp_path) as store:
        resources = Resources(store, targets=TARGETS)
        bootstrap(resources, read_set(ACME), data_files(), ADMIN, "installation", START)
        submitted(resources, "PO-1", "8000.00", OFFER, SCAN)
        submitted(resources, "PO-1", "8500.00", OTHER)
        act(resources, 1, Action(Kind.APPROVE, "mia", 2), by("mia"), NOW)
        submitted(resources, "PO-2", "7000.00", SCAN)
        found = made(resources, tmp_path)
        found.one()
        yield found


def submitted(resources: Resources, id: str, amount: str, *files: str, **more: Any) -> None:
    named = [{"name": f"{n}.pdf", "digest": file} for n, file in enumerate(files)]
    submit(resources, {**order(amount, id), "attachments": named, **more}, "portal", PORTAL, NOW)


def told(on: Delivery, **asked: str) -> list[dict[str, Any]]:
    with on.resources.store.reading() as connection:
        return lineage(connection, **asked)


def bodies(on: Delivery) -> dict[int, tuple[str, dict[str, Any]]]:
    with on.resources.store.reading() as connection:
        return {r.position: (r.digest, json.loads(r.body)) for r in every_record(connection)}


def test_every_link_of_the_chain_is_there_as_the_trail_has_it(on: Delivery) -> None:
    first, second = told(on, case="C-000001")
    records = bodies(on)
    assert (first["version"], first["attachments"]) == (1, [OFFER, SCAN])
    assert (first["acts"], first["deliveries"]) == ([], [])
    assert (second["version"], second["attachments"]) == (2, [OTHER])
    assert second["document_digest"] == on.case().document_digest
    assert second["decisions"][0]["decided"] == on.case().decision_digest
    [approval] = second["acts"]
    assert (approval["action"], approval["decided_by"]) == ("approve", "mia")
    [opinion] = second["second_opinions"]
    assert opinion["opinion"] == "unavailable"
    enqueued, posted = second["deliveries"]
    assert (enqueued["kind"], posted["kind"]) == ("posting_enqueued", "posted")
    _, body = records[posted["position"]]
    for name in ("payload_digest", "mapping", "mapping_digest", "number", "erp_id", "key"):
        assert posted[name] == body[name]
    assert posted["receipt"] == posted["number"] == "ERP-00001"
    for version in (first, second):
        for stage in ("decisions", "acts", "second_opinions", "deliveries"):
            for each in version[stage]:
                assert each["record"] == records[each["position"]][0]


@pytest.mark.parametrize(
    "asked", [{"case": "C-000001"}, {"receipt": "ERP-00001"}, {"attachment": OFFER}]
)
def test_it_is_the_same_from_either_end_and_one_statement(
    on: Delivery, asked: dict[str, str]
) -> None:
    statements: list[str] = []
    engine = on.resources.store.engine

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    found = told(on, **asked)
    event.remove(engine, "before_cursor_execute", note)
    assert [sql for sql in statements if sql.lstrip().lower().startswith(("select", "with"))] == [
        statements[-1]
    ]
    assert found == told(on, case="C-000001")


def test_a_file_leads_to_every_case_that_had_it(on: Delivery) -> None:
    assert [(each["case"], each["version"]) for each in told(on, attachment=SCAN)] == [
        ("C-000001", 1),
        ("C-000001", 2),
        ("C-000002", 1),
    ]


def test_a_digest_that_somebody_only_wrote_down_is_no_file(on: Delivery) -> None:
    mentioned = f"sha256:{'d' * 64}"
    submitted(on.resources, "PO-3", "10.00", comments=[{"text": f'see "digest":"{mentioned}"'}])
    assert told(on, attachment=mentioned) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"attachment": "sha256:%"},
        {"attachment": "_" * 71},
        {"attachment": "' or 1=1 --"},
        {"receipt": "%"},
        {"receipt": "' or 1=1 --"},
        {"case": "C-000009"},
    ],
)
def test_what_is_not_known_has_no_chain(on: Delivery, asked: dict[str, str]) -> None:
    assert told(on, **asked) == []


@pytest.mark.parametrize("asked", [{}, {"case": "12"}, {"case": "C-000001", "receipt": "x"}])
def test_one_thing_is_asked_for(on: Delivery, asked: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="case"):
        told(on, **asked)


def test_a_case_whose_files_were_erased_still_has_its_records(on: Delivery) -> None:
    store = on.resources.store
    with store.transaction() as connection:
        for document in ('{"attachments":{"committed":"sha256:00"}}', "{}"):
            statement = "update cases set document = :document where id = 2"
            connection.execute(text(statement), {"document": document})
            [found] = lineage(connection, case="C-000002")
            assert found["attachments"] == []
            assert found["decisions"]
        connection.rollback()


def test_a_receipt_that_is_gone_or_another_shows_beside_the_record(on: Delivery) -> None:
    with on.resources.store.transaction() as connection:
        connection.execute(text("update receipts set number = 'ERP-00009'"))
    posted = told(on, case="C-000001")[1]["deliveries"][-1]
    assert (posted["number"], posted["receipt"]) == ("ERP-00001", "ERP-00009")


def asked(on: Delivery, *words: str) -> Result:
    url = on.resources.store.engine.url.render_as_string(hide_password=False)
    return CliRunner().invoke(app, ["trail", "lineage", *words, "--database", url])


def test_the_command_tells_it_to_people_and_programs(on: Delivery) -> None:
    done = asked(on, "--receipt", "ERP-00001")
    assert done.exit_code == 0
    for said in ("C-000001 version 2", f"file {OTHER}", "approve, by mia", "receipt ERP-00001"):
        assert said in done.output
    assert json.loads(asked(on, "C-000001", "--json").output) == told(on, case="C-000001")
    assert asked(on, "--attachment", digest_of(b"")).exit_code == 1
    assert asked(on).exit_code == 2
