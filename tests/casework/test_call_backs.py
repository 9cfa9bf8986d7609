"""Changed bank details are confirmed by a call that a person puts on record himself (B9)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from adapters.store.cases import Case
from adapters.store.texts import texts_of
from adapters.store.trail import every_record
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import load_master_data
from api.usecases.casework.checking import check_trail
from engine.cases.status import Status
from tests.casework.conftest import ADMIN, data_files
from tests.casework.documents import NOW, by
from tests.casework.readying import LATER, Books, _with_ledger, codes, opened_books
from tests.casework.test_people_changes import without
from tests.casework.test_suppliers import CHECKS, OF_INVOICES, change, invoice
from tests.databases import BOTH

FACTS = b"kind: vocabulary\nfacts:\n  phone: {is: text, of: supplier}\n"
PHONE = "+1 512 555 0100"
OTHER = "DE02120300000000202051"
SAID = {"number_called": PHONE, "spoken_to": "Peter Gibbons", "comment": "he read both accounts"}
MINUTE = timedelta(minutes=1)
MIDNIGHT = datetime(2027, 3, 16, 4, 0, tzinfo=UTC)  # the end of March 15 in New York


def suppliers(phone: str = PHONE) -> dict[str, bytes]:
    """ACME's suppliers, where S-88 has a number on file."""
    rows = data_files()["suppliers.csv"].decode().splitlines()
    lines = [f"{row},{phone if row.startswith('S-88,') else ''}" for row in rows[1:]]
    return {"suppliers.csv": "\n".join([f"{rows[0]},phone", *lines]).encode()}


@pytest.fixture(params=BOTH)
def books(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Books]:
    files = {"facts.yaml": FACTS}
    with opened_books(
        request.param, tmp_path, CHECKS, OF_INVOICES, files=files, data=suppliers()
    ) as opened:
        yield opened
        assert check_trail(opened.nodes[0].store).problems == []


def silent(**fields: object) -> dict[str, object]:
    """A change of bank details of which no source says that anybody called."""
    none = {"called_back_by": "", "called_back_at": "", "called_back_number": ""}
    return change(**{**none, **fields})  # type: ignore[arg-type]


def called(
    books: Books, case: Case, person: str = "tina", at: datetime = LATER, **fields: Any
) -> tuple[str, Case]:
    action = Action(Kind.CONFIRM_CALL_BACK, person, case.version, **{**SAID, **fields})
    done = act(books.nodes[1], case.id, action, by(person), at)
    assert done is not None
    return done.code, done.case


def load(books: Books, data: dict[str, bytes], at: datetime = LATER) -> None:
    load_master_data(books.nodes[0], _with_ledger(data_files()) | data, ADMIN, "new data", at)


def last(books: Books) -> dict[str, Any]:
    with books.nodes[0].store.reading() as connection:
        record = [*every_record(connection)][-1]
    return {**json.loads(record.body), "position": record.position}


def test_a_call_by_another_person_lets_an_approved_change_go_on(books: Books) -> None:
    case = books.approved(silent())
    assert (case.status, codes(case)) == (Status.APPROVED, ["call_back_missing"])
    code, case = called(books, case)
    assert (code, case.status, codes(case)) == ("", Status.POSTING, [])


def test_a_call_before_the_approval_counts_when_it_comes(books: Books) -> None:
    case = books.sent(silent())
    assert codes(case) == ["call_back_missing"]
    code, case = called(books, case)
    assert (code, case.status, codes(case)) == ("", Status.PENDING, [])
    assert books.acted(case).status is Status.POSTING


def test_the_record_commits_to_number_and_name_and_says_under_what_it_was_on_file(
    books: Books,
) -> None:
    case = books.sent(silent())
    assert called(books, case)[0] == ""
    with books.nodes[0].store.reading() as connection:
        records = [*every_record(connection)]
        [found] = [r for r in records if b'"action":"confirm_call_back"' in r.body]
        texts = {each.path: each.value for each in texts_of(connection, found.position)}
    body = json.loads(found.body)
    assert (body["who"]["decided_by"], body["filed_as"]) == ("tina", "phone")
    assert PHONE not in found.body.decode()
    assert "Gibbons" not in found.body.decode()
    assert texts == SAID


@pytest.mark.parametrize("person", ["rita", "rita.us", "rsmith.ext", "paul", "noah"])
def test_nobody_with_a_part_in_the_change_confirms_it(books: Books, person: str) -> None:
    case = books.sent(silent(submitter="paul", beneficiary="noah"))
    code, case = called(books, case, person)
    assert (code, codes(case)) == ("call_back_by_involved", ["call_back_missing"])


def test_who_approved_it_does_not_confirm_it_and_who_confirmed_it_spoils_it_by_approving(
    books: Books,
) -> None:
    first = books.approved(silent(id="SR-1"))
    assert called(books, first, "carl")[0] == "call_back_by_involved"
    second = books.sent(silent(id="SR-2"))
    assert called(books, second, "carl")[0] == ""
    second = books.acted(second)
    assert second.status is Status.APPROVED
    assert "call_back_by_involved" in codes(second)


def test_a_call_about_another_content_does_not_count(books: Books) -> None:
    case = books.sent(silent())
    assert called(books, case)[0] == ""
    again = books.sent(silent(bank_details=[{"account": OTHER}]), LATER)
    assert (again.id, again.version, codes(again)) == (case.id, 2, ["call_back_missing"])
    assert called(books, case)[0] == "content_changed"
    assert codes(books.acted(again)) == ["call_back_missing"]


def test_going_back_to_the_content_that_was_confirmed_takes_another_call(books: Books) -> None:
    case = books.sent(silent())
    assert called(books, case)[0] == ""
    books.sent(silent(bank_details=[{"account": OTHER}]), LATER)
    back = books.sent(silent(), LATER + MINUTE)
    assert (back.version, codes(back)) == (3, ["call_back_missing"])


def test_who_has_left_confirms_nothing_and_what_he_confirmed_before_stands(books: Books) -> None:
    early = books.sent(silent(id="SR-1"))
    late = books.sent(silent(id="SR-2", bank_details=[{"account": OTHER}], supplier="S-44"))
    gone = {"people.csv": without("tina", "2027-03-15")["people.csv"]}
    load(books, {**suppliers(), **gone}, NOW + MINUTE)
    assert called(books, early, at=MIDNIGHT - MINUTE)[0] == ""
    assert called(books, late, at=MIDNIGHT)[0] == "inactive"
    assert books.acted(early, at=MIDNIGHT).status is Status.POSTING


@pytest.mark.parametrize(
    "number",
    ["+1 512 555 0199", "0100", "555 0100 ext 9", "", "S-88", "+1 512 555 01000"],
)
def test_a_number_that_was_not_on_file_confirms_nothing(books: Books, number: str) -> None:
    case = books.sent(silent(supplier_contact=f"new number: {number}"))
    expected = "number_not_on_file" if number else "call_back_incomplete"
    assert called(books, case, number_called=number)[0] == expected


@pytest.mark.parametrize("number", ["001 (512) 555-0100", "512 555 0100", "0512 555 0100"])
def test_the_number_on_file_may_be_written_in_other_ways(books: Books, number: str) -> None:
    assert called(books, books.sent(silent()), number_called=number)[0] == ""


def test_a_number_that_came_on_file_after_the_request_confirms_nothing(books: Books) -> None:
    """Whoever forged the request has the number of the supplier changed as well."""
    case = books.sent(silent())
    load(books, suppliers("+1 512 555 6666"))
    assert called(books, case, number_called="+1 512 555 6666")[0] == "number_not_on_file"
    again = books.sent(silent(bank_details=[{"account": OTHER}]), LATER + MINUTE)
    forged = called(books, again, at=LATER + 2 * MINUTE, number_called="+1 512 555 6666")
    assert forged[0] == "number_not_on_file"
    assert called(books, again, at=LATER + 2 * MINUTE)[0] == ""


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (invoice(), "no_bank_change"),
        (silent(bank_details=[], payment_terms="N30"), "no_bank_change"),
        (silent(supplier="S-44"), "number_not_on_file"),
        (silent(supplier="S-404"), "number_not_on_file"),
    ],
)
def test_there_has_to_be_a_change_and_a_number(
    books: Books, raw: dict[str, object], code: str
) -> None:
    assert called(books, books.sent(raw))[0] == code


@pytest.mark.parametrize("lacking", ["number_called", "spoken_to", "comment"])
def test_a_call_says_number_name_and_what_was_said(books: Books, lacking: str) -> None:
    assert called(books, books.sent(silent()), **{lacking: " "})[0] == "call_back_incomplete"


def test_a_change_that_came_to_nothing_is_confirmed_no_more(books: Books) -> None:
    case = books.acted(books.sent(silent()), Kind.REJECT)
    assert called(books, case)[0] == "not_open"


@pytest.mark.parametrize("kind", BOTH)
def test_an_invoice_is_paid_once_the_posted_change_was_confirmed(kind: str, tmp_path: Path) -> None:
    """Where the request itself is not asked for a call, the invoices of the supplier are."""
    files = {"facts.yaml": FACTS}
    with opened_books(kind, tmp_path, OF_INVOICES, files=files, data=suppliers()) as books:
        request = books.posted(silent())
        later = LATER + timedelta(days=5)
        waiting = books.approved(invoice(), "mia", later)
        assert codes(waiting) == ["call_back_missing"]
        request = books.sent(silent())
        assert (request.version, request.status) == (1, Status.POSTED)
        code, request = called(books, request, at=later)
        assert (code, request.status) == ("", Status.POSTED)
        assert books.asked_again(waiting, later)
        assert books.delivered(later) == 1
        assert check_trail(books.nodes[0].store).problems == []
