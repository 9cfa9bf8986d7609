"""What was kept as long as it had to be is erased, and everything that was proved stays proved
(F4, F5)."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from adapters.policy_folder import read_set
from adapters.store import cases, erasing
from adapters.store.tables import metadata
from adapters.store.trail import every_record
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.activating import bootstrap, load_master_data
from api.usecases.casework.checking import check_trail
from api.usecases.casework.remarking import remark
from api.usecases.casework.resources import Resources
from api.usecases.casework.submission import NotAccepted, Submitted
from api.usecases.casework.submitting import submit
from api.usecases.reports.completeness import completeness
from api.usecases.retention.due import due
from api.usecases.retention.erasing import Behind, Erased, erase
from api.usecases.retention.holding import covered, lift_hold, place_hold
from api.usecases.retention.refusing import RetentionRefused
from api.usecases.trail.exporting.selecting import Selection
from api.usecases.trail.exporting.writing import export
from api.verifying.running import Verification, verify
from engine.cases.legal_hold import Scope
from engine.cases.status import Status
from engine.trail.notes import key_of
from engine.verifying import steps
from engine.verifying.heads import Outside
from engine.verifying.steps import Outcome, Verdict
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by, order
from tests.databases import BOTH, opened
from tests.trail.test_checkpoints import KEYS
from tests.verifying.again import HERE

COUNTRIES = Path(__file__).parents[2] / "policies" / "countries"
LONG_AFTER = datetime.fromisoformat("2041-06-01T12:00:00+00:00")
LATER = datetime.fromisoformat("2029-06-01T12:00:00+00:00")
SECRET = "kitchen for the board"
SAID = "rita told me that she moves"
BEHIND = Behind(by("gina"), "otto", "retention is over")


@pytest.fixture(params=BOTH)
def resources(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Resources]:
    """ACME with the law of the United States in its set."""
    is_tampered = request.node.get_closest_marker("tampers") is not None
    with opened(request.param, tmp_path, is_tampered=is_tampered) as store:
        made = Resources(store)
        files = {**read_set(ACME), "countries/us.yaml": (COUNTRIES / "us.yaml").read_bytes()}
        bootstrap(made, files, data_files(), ADMIN, "installation", START)
        yield made


def submitted(resources: Resources, id: str = "PO-1", **fields: object) -> cases.Case:
    lines = [{"number": 1, "net": "8000.00", "description": SECRET}]
    raw = {**order(id=id), "lines": lines, **fields}
    raw.pop("amount", None)
    done = submit(resources, raw, "portal", PORTAL, NOW)
    assert isinstance(done, Submitted), done
    return done.case


def approved(resources: Resources, id: str = "PO-1") -> cases.Case:
    """An order that somebody said something of, changed once and approved by Mia."""
    case = submitted(resources, id)
    said = remark(resources, case.id, SAID, (), by("mia"), NOW)
    assert not isinstance(said, str)
    submitted(resources, id, lines=[{"number": 1, "net": "7000.00", "description": SECRET}])
    action = Action(kind=Kind.APPROVE, by="mia", version=2, comment=SAID)
    done = act(resources, case.id, action, by("mia"), NOW)
    assert done is not None
    assert done.code == ""
    assert done.case.status is Status.APPROVED
    return done.case


def seen(resources: Resources, case: cases.Case) -> cases.Case:
    with resources.store.reading() as connection:
        found = cases.by_id(connection, case.id)
    assert found is not None
    return found


def due_at(resources: Resources, now: datetime) -> dict[str, str]:
    """What keeps the cases that are due, by number."""
    with resources.store.snapshot() as connection:
        current = resources.loaded.current(connection)
        return {each.case.number: each.kept_by for each in due(connection, current, now)}


def erased(resources: Resources, *which: cases.Case, now: datetime = LONG_AFTER) -> Erased:
    return erase(resources, [case.id for case in which], BEHIND, now)


def in_the_store(resources: Resources, word: str) -> list[str]:
    """The tables in which the word stands."""
    found = []
    with resources.store.reading() as connection:
        for table in metadata.sorted_tables:
            rows = connection.execute(select(table))
            if any(word in repr(tuple(row)) for row in rows):
                found.append(table.name)
    return found


def verified(resources: Resources, path: Path, *earlier: str) -> Verification:
    done = export(resources, KEYS, "acme", Selection(), path, by("audrey"), LONG_AFTER)
    key = key_of(manifest(path)["keys"][0])
    found = verify(path, Outside((key,), earlier), HERE)
    problems = [(n, str(p)) for n, step in found.steps.items() for p in step.problems]
    assert problems == []
    assert found.verdict is Verdict.VERIFIED
    assert done.record_count == found.steps[steps.IN_TREE].count
    return found


def manifest(path: Path) -> dict[str, Any]:
    with zipfile.ZipFile(path) as archive:
        found: dict[str, Any] = json.loads(archive.read("export.json"))
    return found


def test_a_case_is_due_on_the_day_after_the_last_of_its_years_and_no_earlier(
    resources: Resources,
) -> None:
    case = approved(resources)
    last = datetime.fromisoformat("2034-12-31T23:30:00-05:00")
    assert due_at(resources, last) == {}
    assert due_at(resources, last + timedelta(hours=1)) == {case.number: ""}


def test_what_was_changed_later_is_kept_from_then_on(resources: Resources) -> None:
    case = submitted(resources)
    done = act(resources, case.id, Action(Kind.REJECT, "mia", 1, comment=SAID), by("mia"), LATER)
    assert done is not None
    assert done.case.status is Status.REJECTED
    assert due_at(resources, LATER.replace(year=2036)) == {}
    assert due_at(resources, LATER.replace(year=2037)) == {case.number: ""}


def test_what_a_document_says_of_a_later_day_counts(resources: Resources) -> None:
    case = submitted(resources, delivery_date="2032-05-01")
    act(resources, case.id, Action(Kind.REJECT, "mia", 1, comment=SAID), by("mia"), NOW)
    assert due_at(resources, NOW.replace(year=2039)) == {}
    assert due_at(resources, NOW.replace(year=2040)) == {case.number: ""}


def test_an_order_is_kept_as_long_as_what_names_it(resources: Resources) -> None:
    case = approved(resources)
    assert due_at(resources, NOW.replace(year=2036)) == {case.number: ""}
    bill = {**order("70.00", "I-1"), "type": "invoice", "purchase_order": "PO-1", "number": "77"}
    assert isinstance(submit(resources, bill, "portal", PORTAL, LATER), Submitted)
    assert case.number not in due_at(resources, NOW.replace(year=2036))
    assert case.number in due_at(resources, NOW.replace(year=2038))


def test_without_a_law_of_its_country_nothing_is_due(resources: Resources) -> None:
    fields = {"entity": "JP01", "requester": "ren", "currency": "JPY", "cost_center": "cc300"}
    done = submit(resources, {**order("800", **fields)}, "portal", by("ren"), NOW)
    assert isinstance(done, Submitted)
    assert due_at(resources, LONG_AFTER.replace(year=2999)) == {}


def test_a_case_that_is_not_at_its_end_is_never_due(resources: Resources) -> None:
    case = submitted(resources)
    assert case.status is Status.PENDING
    assert due_at(resources, LONG_AFTER.replace(year=2999)) == {}
    assert erased(resources, case).cases == ()
    assert seen(resources, case) == case


def test_of_every_table_about_cases_it_is_decided_whether_an_erasure_reaches_it() -> None:
    """What stays: records, the case itself, who acted by id, what an ERP answered, and what other
    documents are still judged by."""
    about = {table.name for table in metadata.sorted_tables if "case_id" in table.c}
    reached = {table.name for table in erasing.OF_A_CASE}
    stays = {"trail", "acts", "call_backs", "receipts", "past_acts", "subjects"}
    stays |= {"reviews", "review_causes"}  # the comment of a review goes
    never_erased = {"proposals", "delegation_requests"}
    assert about == reached | stays | never_erased
    assert not reached & (stays | never_erased)


def test_nothing_that_was_said_in_or_on_the_case_is_left_in_the_store(
    resources: Resources,
) -> None:
    case = approved(resources)
    assert "cases" in in_the_store(resources, SECRET)
    assert {"texts", "remarks"} <= {*in_the_store(resources, SAID)}
    assert "trail" not in in_the_store(resources, SECRET) + in_the_store(resources, SAID)
    assert erased(resources, case) == Erased((case.number,), 0)
    assert in_the_store(resources, SECRET) == []
    assert in_the_store(resources, SAID) == []
    left = seen(resources, case)
    assert (left.status, left.number, left.document_id) == (Status.ERASED, case.number, "PO-1")
    assert "lines" not in json.loads(left.document_json)
    assert due_at(resources, LONG_AFTER) == {}


def test_records_stay_as_they_are_and_an_export_verifies_as_before(
    resources: Resources, tmp_path: Path
) -> None:
    case = approved(resources)
    other = submitted(resources, "PO-2", supplier="S-44")
    before = verified(resources, tmp_path / "before.zip")
    assert set(before.performed) == {"performed_again"}
    with resources.store.reading() as connection:
        records = [*every_record(connection)]
    erased(resources, case)
    with resources.store.reading() as connection:
        assert [*every_record(connection)][: len(records)] == records
    assert check_trail(resources.store).problems == []
    earlier = manifest(tmp_path / "before.zip")["checkpoint"]
    after = verified(resources, tmp_path / "after.zip", earlier)
    assert after.steps[steps.EARLIER].outcome is Outcome.OK
    assert after.performed["not_performable"] == 3  # submitted twice, and approved
    assert after.performed["performed_again"] == before.performed["performed_again"] - 3
    assert seen(resources, other).status is Status.PENDING


def test_what_was_exported_before_still_verifies_with_everything_in_it(
    resources: Resources, tmp_path: Path
) -> None:
    case = approved(resources)
    path = tmp_path / "before.zip"
    verified(resources, path)
    erased(resources, case)
    found = verify(path, Outside((key_of(manifest(path)["keys"][0]),), ()), HERE)
    assert found.verdict is Verdict.VERIFIED
    assert set(found.performed) == {"performed_again"}


@pytest.mark.parametrize(
    "scope",
    [
        Scope(case="C-000001"),
        Scope(entity="US01"),
        Scope(type="purchase_order", supplier="S-1"),
        Scope(person="mia"),
        Scope(person="rita", first=NOW.date(), last=NOW.date()),
    ],
    ids=lambda scope: "+".join(scope.plain()),
)
def test_a_legal_hold_keeps_what_it_covers(resources: Resources, scope: Scope) -> None:
    case = approved(resources)
    hold = place_hold(resources, scope, "a suit", by("cora"), LONG_AFTER)
    assert due_at(resources, LONG_AFTER) == {case.number: "legal_hold"}
    assert erased(resources, case).cases == ()
    assert "cases" in in_the_store(resources, SECRET)
    lift_hold(resources, hold.number, "settled", by("gina"), LONG_AFTER)
    assert erased(resources, case).cases == (case.number,)


@pytest.mark.parametrize(
    "scope",
    [
        Scope(case="C-000001", person="sam"),
        Scope(entity="DE01"),
        Scope(type="invoice", supplier="S-1"),
        Scope(person="sam"),
        Scope(entity="US01", last=NOW.date() - timedelta(days=1)),
    ],
    ids=lambda scope: "+".join(scope.plain()),
)
def test_a_legal_hold_on_something_else_keeps_nothing(resources: Resources, scope: Scope) -> None:
    case = approved(resources)
    place_hold(resources, scope, "a suit", by("cora"), LONG_AFTER)
    assert erased(resources, case).cases == (case.number,)


def test_a_hold_is_lifted_by_somebody_else_and_once(resources: Resources) -> None:
    hold = place_hold(resources, Scope(entity="US01"), "a suit", by("cora"), NOW)
    for person, code in (("cora", "same_person"), ("nobody", "person_unknown")):
        with pytest.raises(RetentionRefused) as refused:
            lift_hold(resources, hold.number, "settled", by(person), NOW)
        assert refused.value.code == code
    lift_hold(resources, hold.number, "settled", by("gina"), NOW)
    with pytest.raises(RetentionRefused) as again:
        lift_hold(resources, hold.number, "settled", by("gina"), NOW)
    assert again.value.code == "already_lifted"
    with resources.store.reading() as connection:
        kinds = [record.kind for record in every_record(connection)]
    assert kinds[-2:] == ["legal_hold_placed", "legal_hold_lifted"]


@pytest.mark.parametrize(
    ("scope", "code"),
    [
        (Scope(case="C-000009"), "case_unknown"),
        (Scope(case="1"), "case_unknown"),
        (Scope(entity="US1"), "entity_unknown"),
        (Scope(type="order"), "type_unknown"),
    ],
)
def test_a_hold_on_nothing_is_not_placed(resources: Resources, scope: Scope, code: str) -> None:
    approved(resources)
    with pytest.raises(RetentionRefused) as refused:
        place_hold(resources, scope, "a suit", by("cora"), NOW)
    assert refused.value.code == code


def test_how_much_a_hold_covers_is_told(resources: Resources) -> None:
    approved(resources)
    with resources.store.reading() as connection:
        for scope, count in ((Scope(person="rita"), 1), (Scope(person="ritta"), 0)):
            assert covered(connection, scope) == count


def test_a_hold_on_everything_is_not_placed_by_leaving_out_a_word(resources: Resources) -> None:
    with pytest.raises(RetentionRefused) as refused:
        place_hold(resources, Scope(), "a suit", by("cora"), NOW)
    assert refused.value.code == "scope_missing"


@pytest.mark.parametrize(
    ("by_whom", "confirmed_by", "because", "code"),
    [
        ("gina", "gina", "over", "same_person"),
        ("rita", "rsmith.ext", "over", "same_person"),
        ("gina", "nobody", "over", "person_unknown"),
        ("nobody", "gina", "over", "person_unknown"),
        ("gina", "otto", " ", "reason_missing"),
    ],
)
def test_two_persons_stand_behind_an_erasure(
    resources: Resources, by_whom: str, confirmed_by: str, because: str, code: str
) -> None:
    case = approved(resources)
    behind = Behind(by(by_whom), confirmed_by, because)
    with pytest.raises(RetentionRefused) as refused:
        erase(resources, [case.id], behind, LONG_AFTER)
    assert refused.value.code == code
    assert seen(resources, case).status is Status.APPROVED


def test_who_has_left_erases_nothing(resources: Resources) -> None:
    case = approved(resources)
    files = data_files()
    gone = files["people.csv"].replace(
        b"2014-11-03,,026009593-5501287730", b"2014-11-03,2030-01-01,026009593-5501287730"
    )
    assert gone != files["people.csv"]
    load_master_data(resources, {**files, "people.csv": gone}, ADMIN, "she leaves", NOW)
    with pytest.raises(RetentionRefused) as refused:
        erased(resources, case)
    assert refused.value.code == "person_unknown"


def test_what_a_total_still_counts_is_kept(resources: Resources) -> None:
    case = approved(resources)
    other = submitted(resources, "PO-2", contract="C-77")
    action = Action(kind=Kind.APPROVE, by="mia", version=1)
    done = act(resources, other.id, action, by("mia"), NOW)
    assert done is not None
    assert done.case.status is Status.APPROVED
    assert due_at(resources, LONG_AFTER) == {case.number: "", other.number: "counted"}
    assert erased(resources, case, other).cases == (case.number,)


def test_an_erased_case_takes_neither_content_nor_acts_nor_words(resources: Resources) -> None:
    case = approved(resources)
    erased(resources, case)
    again = submit(resources, order("9.00"), "portal", PORTAL, LONG_AFTER)
    assert isinstance(again, NotAccepted)
    for kind in Kind:
        action = Action(kind=kind, by="mia", version=2, comment="now", to="dan")
        done = act(resources, case.id, action, by("mia"), LONG_AFTER)
        assert done is not None
        assert done.code != "", kind
    assert remark(resources, case.id, SAID, (), by("mia"), LONG_AFTER) == "case_erased"
    assert seen(resources, case).status is Status.ERASED
    assert in_the_store(resources, SAID) == []


@pytest.mark.parametrize(
    "statement",
    [
        "delete from versions",
        "update versions set kept = '{}'",
        "update contents set body = '' where kind = 'policy'",
        "update contents set body = '' where kind = 'master_data'",
        "delete from contents",
        "delete from trail",
    ],
)
def test_nothing_else_is_taken_away(resources: Resources, statement: str) -> None:
    approved(resources)
    with pytest.raises(DBAPIError), resources.store.transaction() as connection:
        connection.execute(text(statement))


def test_what_was_erased_comes_back_by_no_statement(resources: Resources) -> None:
    case = approved(resources)
    erased(resources, case)
    with pytest.raises(DBAPIError), resources.store.transaction() as connection:
        connection.execute(text("update cases set status = 'approved'"))


@pytest.mark.tampers
def test_a_case_that_was_emptied_without_a_record_is_found(resources: Resources) -> None:
    case = approved(resources)
    with resources.store.transaction() as connection:
        emptied = replace(seen(resources, case), status=Status.ERASED, document_json="{}")
        cases.keep(connection, emptied)
        erasing.erase_beside(connection, case.id)
    codes = {each.code for each in check_trail(resources.store).problems}
    assert "case_differs" in codes


@pytest.mark.tampers
@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("update texts set value = '\"all is well\"'", "text_differs"),
        ("update texts set salt = '00'", "text_differs"),
        ("update texts set path = 'somewhere'", "text_differs"),
        ("delete from texts", "text_missing"),
    ],
)
def test_a_text_that_is_no_longer_what_the_record_committed_to_is_found(
    resources: Resources, statement: str, code: str
) -> None:
    approved(resources)
    assert check_trail(resources.store).problems == []
    with resources.store.transaction() as connection:
        connection.execute(text(statement.replace("00", "0" * 64)))
    assert code in {each.code for each in check_trail(resources.store).problems}


def test_people_of_long_ago_go_with_the_cases_that_they_decided(
    resources: Resources, tmp_path: Path
) -> None:
    case = approved(resources)
    files = data_files()
    married = files["people.csv"].replace(b"Mia Clarke", b"Mia Marlowe")
    load_master_data(resources, {**files, "people.csv": married}, ADMIN, "a name", LATER)
    with resources.store.reading() as connection:
        assert len(erasing.superseded(connection, LONG_AFTER)) == 1
        assert erasing.superseded(connection, NOW) == []
    assert erased(resources, case).contents == 1
    path = tmp_path / "after.zip"
    found = verified(resources, path)
    assert len(manifest(path)["erased"]) == 1
    assert found.steps[steps.CONTENTS].outcome is Outcome.LIMITED
    with zipfile.ZipFile(path) as archive:
        names = b"".join(archive.read(n) for n in archive.namelist() if n.endswith("people.csv"))
    assert b"Mia Marlowe" in names
    assert b"Mia Clarke" not in names
    assert check_trail(resources.store).problems == []


def test_people_stay_as_long_as_a_case_is_kept_that_they_may_have_decided(
    resources: Resources,
) -> None:
    case = approved(resources)
    submitted(resources, "PO-2", supplier="S-44")
    files = data_files()
    married = files["people.csv"].replace(b"Mia Clarke", b"Mia Marlowe")
    load_master_data(resources, {**files, "people.csv": married}, ADMIN, "a name", LATER)
    assert erased(resources, case) == Erased((case.number,), 0)


def test_people_stay_as_long_as_a_first_content_is_kept_that_they_decided(
    resources: Resources, tmp_path: Path
) -> None:
    """An order that was changed under other people came in again: both decisions are kept."""
    case = approved(resources)
    other = submitted(resources, "PO-2", supplier="S-44")
    files = data_files()
    married = files["people.csv"].replace(b"Mia Clarke", b"Mia Marlowe")
    load_master_data(resources, {**files, "people.csv": married}, ADMIN, "a name", LATER)
    later = {**order("50.00", "PO-2", supplier="S-44"), "submitted_at": "2029-06-02T12:00:00Z"}
    again = submit(resources, later, "portal", PORTAL, LATER + timedelta(days=1))
    assert isinstance(again, Submitted)
    assert (again.case.id, again.case.version) == (other.id, 2)
    assert erased(resources, case) == Erased((case.number,), 0)
    found = verified(resources, tmp_path / "after.zip")
    assert found.performed["performed_again"] == 2


def test_a_hold_covers_what_an_earlier_content_said_and_when_it_came_in(
    resources: Resources,
) -> None:
    case = submitted(resources, supplier="S-44")
    later = {**order("50.00"), "submitted_at": "2029-06-01T11:00:00Z"}
    assert isinstance(submit(resources, later, "portal", PORTAL, LATER), Submitted)
    between = NOW.date() + timedelta(days=30)
    with resources.store.reading() as connection:
        for scope in (
            Scope(supplier="S-44"),
            Scope(supplier="S-1"),
            Scope(entity="US01", last=NOW.date()),
            Scope(entity="US01", first=LATER.date()),
            Scope(entity="US01", first=between, last=between),
        ):
            assert covered(connection, scope) == 1, scope
        before = NOW.date() - timedelta(days=1)
        assert covered(connection, Scope(entity="US01", last=before)) == 0
    assert case.version == 1


def test_reports_count_an_erased_case_and_say_nothing_of_it(resources: Resources) -> None:
    case = approved(resources)
    erased(resources, case)
    found = completeness(resources.store, NOW.date(), NOW.date())
    assert dict(found.by_status) == {("purchase_order", "erased"): 1}
    assert found.control_totals() == {}
    assert found.open == []
