"""May a document post: periods, suppliers, and who may let it through all the same.

Shows (B5).
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import canonical_bytes
from engine.documents.model import Document
from engine.errors import PolicyError
from engine.master_data import Holding, MasterData, Period, Person, PersonId, Span, Supplier
from engine.master_data import snapshot as snapshot_of
from engine.organization import Entity, Organization, Role
from engine.places import Place
from engine.policy import PolicySet
from engine.readiness.asking import readiness
from engine.readiness.check import Check, ReadinessCheck
from engine.readiness.finding import Finding, LookedUp, Release, Severity, is_ready
from engine.readiness.period import PeriodOpen, PostingDate
from engine.readiness.recording import to_plain
from engine.readiness.supplier import ACTIVE_STATUSES, SupplierActive
from engine.scopes import Effective, Scope

NEW_YORK = ZoneInfo("America/New_York")
US = Entity("US01", "US", "americas", "USD", "America/New_York")
DE = Entity("DE01", "DE", "europe", "EUR", "Europe/Berlin")
ROW = Place("readiness/invoices.yaml", 4, 5)
CLOSED = datetime(2027, 4, 5, 18, tzinfo=NEW_YORK)
ASKED = datetime(2027, 4, 5, 18, 5, tzinfo=NEW_YORK)
OPEN = PeriodOpen(PostingDate.POSTING_DATE)
SPECIAL = PeriodOpen(PostingDate.POSTING_DATE, special_role="ctrl")
ACTIVE = SupplierActive(frozenset(ACTIVE_STATUSES))
EVERYWHERE = Scope()


def rule(check: Check, place: Place = ROW, **more: object) -> ReadinessCheck:
    values: dict[str, object] = {
        "place": place,
        "scope": EVERYWHERE,
        "effective": Effective(),
        "documents": frozenset({"invoice", "journal_entry"}),
        "owner": "controller",
        "check": check,
    }
    return ReadinessCheck(**(values | more))  # type: ignore[arg-type]


def policy(*checks: Check | ReadinessCheck) -> PolicySet:
    roles = {"ctrl": Role("ctrl"), "other": Role("other")}
    return PolicySet(
        "t",
        "d",
        1,
        Organization({"US01": US, "DE01": DE}, (), roles, ()),
        {},
        frozenset({"invoice", "journal_entry"}),
        (),
        readiness=tuple(c if isinstance(c, ReadinessCheck) else rule(c) for c in checks),
    )


def day_start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=NEW_YORK)


def month(number: int, closed: datetime | None = None, **more: object) -> Period:
    first = date(2027, number, 1)
    last = date(2027, number + 1, 1) - timedelta(days=1)
    span = Span(day_start(first), closed)
    period = Period("US01", "AP", f"2027-{number:02}", first, last, open=(span,))
    return replace(period, **more)  # type: ignore[arg-type]


MARCH_CLOSED = (month(3, CLOSED), month(4), month(5))


def data(*periods: Period, suppliers: tuple[Supplier, ...] = ()) -> MasterData:
    return snapshot_of(
        "digest",
        [Person(PersonId(name), name, "US01") for name in ("rita", "omar", "vera")]
        + [Person(PersonId("gone"), "gone", "US01", employed=(Span(None, CLOSED),))],
        holdings=[
            Holding("ctrl", PersonId(name), "US01") for name in ("vera", "rita", "ben", "gone")
        ],
        suppliers=suppliers or [Supplier("S-1", "Globex", status="approved")],
        periods=periods or MARCH_CLOSED,
    )


def invoice(day: date | None = date(2027, 3, 31), **more: object) -> Document:
    values: dict[str, object] = {
        "type": "invoice",
        "id": "I-1",
        "entity": "US01",
        "requester": "rita",
        "supplier": "S-1",
        "submitted_at": datetime(2027, 3, 30, 14, tzinfo=UTC),
        "posting_date": day,
        "digest": "sha256:content",
    }
    return Document(**(values | more))  # type: ignore[arg-type]


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [finding.code for finding in findings]


def ask(*checks: Check | ReadinessCheck, **more: object) -> list[str]:
    return codes(readiness(policy(*checks), data(), invoice(), ASKED, **more))  # type: ignore[arg-type]


# --- scenario 37 ----------------------------------------------------------------------------------


def the_finding() -> str:
    """What stands after March was closed, as a release names it."""
    (found,) = readiness(policy(SPECIAL), data(), invoice(), ASKED)
    return found.id


def release(**more: object) -> Release:
    values: dict[str, object] = {
        "finding": the_finding(),
        "by": PersonId("vera"),
        "reason": "accrual of March agreed with the auditor",
        "at": ASKED,
        "document_digest": "sha256:content",
    }
    return Release(**(values | more))  # type: ignore[arg-type]


def released_by(one: Release, *checks: Check, now: datetime = ASKED) -> tuple[Finding, ...]:
    return readiness(policy(*(checks or (SPECIAL,))), data(), invoice(), now, releases=[one])


def released_all(
    policy: PolicySet, data: MasterData, document: Document, **more: object
) -> tuple[Finding, ...]:
    """Every finding, each with a release of its own."""
    found = readiness(policy, data, document, ASKED)
    each = [release(finding=one.id, **more) for one in found]
    return readiness(policy, data, document, ASKED, releases=each)


def test_scenario_37_five_minutes_after_closing_the_period_is_closed() -> None:
    (found,) = readiness(policy(OPEN), data(), invoice(), ASKED)
    assert found.code == "period_closed"
    assert found.earliest_posting_date == date(2027, 4, 1)
    assert found.clears_at is None
    assert dict(found.words) == {
        "posting_date": "2027-03-31",
        "kind": "AP",
        "period": "2027-03",
        "closed_at": "2027-04-05T18:00:00-04:00",
    }
    assert (found.place, found.owner, found.severity) == (ROW, "controller", Severity.BLOCKS)
    assert not is_ready([found])


def test_scenario_37_it_is_open_until_the_moment_of_closing() -> None:
    second = timedelta(seconds=1)
    assert readiness(policy(OPEN), data(), invoice(), CLOSED - second) == ()
    assert codes(readiness(policy(OPEN), data(), invoice(), CLOSED)) == ["period_closed"]


def test_scenario_37_the_earliest_posting_date_is_ready() -> None:
    assert readiness(policy(OPEN), data(), invoice(date(2027, 4, 1)), ASKED) == ()


def test_scenario_37_a_holder_of_the_special_role_releases_it_with_a_reason() -> None:
    (found,) = released_by(release())
    assert found.releasable_by == "ctrl"
    assert found.released == release()
    assert is_ready([found])


# --- every way around a release -------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"reason": " \t\n"},
        {"finding": "0123456789abcdef"},
        {"finding": ""},
        {"document_digest": "sha256:another"},
        {"document_digest": ""},
        {"by": PersonId("omar")},  # does not hold the role
        {"by": PersonId("rita")},  # holds it, and it is her own document
        {"by": PersonId("gone")},  # left when the period closed
        {"by": PersonId("ben")},  # holds it and is nobody that master data know
        {"at": ASKED + timedelta(seconds=1)},  # not yet
        {"at": CLOSED - timedelta(seconds=1)},  # in advance
        {"at": ASKED.replace(tzinfo=None)},
    ],
    ids=str,
)
def test_a_release_that_is_not_right_in_everything_does_not_count(
    wrong: dict[str, object],
) -> None:
    (found,) = released_by(release(**wrong))
    assert found.released is None
    assert not is_ready([found])


def test_the_same_release_counts_for_others_who_may_give_it() -> None:
    """Each of the refusals above is for its own reason: without it, the release counts."""
    found = released_all(policy(SPECIAL), data(), invoice(requester="omar"), by="rita")
    assert is_ready(found)


def test_nobody_releases_what_the_policy_lets_nobody_release() -> None:
    found = released_all(policy(OPEN), data(), invoice())
    assert codes(found) == ["period_closed"]
    assert not is_ready(found)
    assert is_ready(released_all(policy(SPECIAL), data(), invoice()))


def test_the_role_must_be_held_for_the_entity_of_the_document() -> None:
    german = (month(3, CLOSED, entity="DE01"), month(4, entity="DE01"))
    found = released_all(policy(SPECIAL), data(*german), invoice(entity="DE01"))
    assert codes(found) == ["period_closed"]
    assert not is_ready(found)


def test_a_beneficiary_does_not_release() -> None:
    own = invoice(beneficiaries=("vera",))
    assert not is_ready(released_all(policy(SPECIAL), data(), own))


def test_where_the_requester_is_not_known_nobody_can_be_told_from_him() -> None:
    own = invoice(requester="who")
    assert not is_ready(released_all(policy(SPECIAL), data(), own))


def test_a_content_without_a_digest_cannot_be_released() -> None:
    bare = released_all(policy(SPECIAL), data(), invoice(digest=""), document_digest="")
    assert not is_ready(bare)


def test_a_release_does_not_outlive_a_second_closing() -> None:
    later = datetime(2027, 4, 8, 9, tzinfo=NEW_YORK)
    reopened = Span(datetime(2027, 4, 7, 9, tzinfo=NEW_YORK), later)
    march = replace(MARCH_CLOSED[0], open=(*MARCH_CLOSED[0].open, reopened))
    world = data(march, month(4))
    (found,) = readiness(policy(SPECIAL), world, invoice(), later, releases=[release()])
    assert found.released is None


def test_a_release_clears_its_own_finding_and_no_other() -> None:
    found = readiness(
        policy(SPECIAL, rule(ACTIVE, Place("a.yaml", 9, 1))),
        data(suppliers=(Supplier("S-1", "Globex", status="blocked"),)),
        invoice(),
        ASKED,
        releases=[release()],
    )
    assert [(one.code, one.stands) for one in found] == [
        ("supplier_inactive", True),
        ("period_closed", False),
    ]


def test_of_two_findings_of_one_code_a_release_clears_one() -> None:
    here, there = (rule(SPECIAL, Place(name, 1, 1)) for name in ("a.yaml", "z.yaml"))
    first, second = readiness(policy(here, there), data(), invoice(), ASKED)
    assert (first.code, first.words) == (second.code, second.words)
    one = [release(finding=second.id)]
    found = readiness(policy(here, there), data(), invoice(), ASKED, releases=one)
    assert [each.stands for each in found] == [True, False]


def test_a_stricter_layer_that_lets_nobody_release_still_stands() -> None:
    local = rule(OPEN, Place("z.yaml", 1, 1), scope=Scope(entities=frozenset({"US01"})))
    found = readiness(policy(SPECIAL, local), data(), invoice(), ASKED, releases=[release()])
    assert [one.stands for one in found] == [False, True]


# --- periods --------------------------------------------------------------------------------------


def test_a_day_without_a_period_is_never_open() -> None:
    assert codes(readiness(policy(OPEN), data(), invoice(date(2027, 2, 28)), ASKED)) == [
        "period_unknown"
    ]
    other = data(month(3, kind="GL"), month(3, entity="DE01"))
    assert codes(readiness(policy(OPEN), other, invoice(), ASKED)) == ["period_unknown"]


def test_a_day_in_two_periods_is_never_open() -> None:
    twice = data(month(3), month(3, name="special"))
    assert codes(readiness(policy(OPEN), twice, invoice(), ASKED)) == ["period_unknown"]


def test_a_document_that_does_not_state_its_day_is_never_ready() -> None:
    (found,) = readiness(policy(OPEN), data(), invoice(None), ASKED)
    assert (found.code, dict(found.words)) == ("posting_date_missing", {"field": "posting_date"})


def test_the_day_is_the_one_that_the_policy_names() -> None:
    own = invoice(date(2027, 4, 1), document_date=date(2027, 3, 31))
    by_document = PeriodOpen(PostingDate.DOCUMENT_DATE)
    assert readiness(policy(OPEN), data(), own, ASKED) == ()
    assert codes(readiness(policy(by_document), data(), own, ASKED)) == ["period_closed"]


def test_the_day_of_submission_is_that_of_the_entity() -> None:
    night = datetime(2027, 4, 1, 3, tzinfo=UTC)  # the evening of March 31 in New York
    own = invoice(None, submitted_at=night)
    found = readiness(policy(PeriodOpen(PostingDate.SUBMISSION)), data(), own, ASKED)
    assert dict(found[0].words)["posting_date"] == "2027-03-31"


def test_a_period_that_opens_later_says_when() -> None:
    (found,) = readiness(policy(SPECIAL), data(), invoice(date(2027, 5, 2)), ASKED)
    assert (found.code, found.clears_at) == ("period_not_open", day_start(date(2027, 5, 1)))
    assert (found.releasable_by, found.earliest_posting_date) == ("", None)


def test_a_closed_period_that_will_be_opened_again_says_when() -> None:
    again = Span(datetime(2027, 4, 9, tzinfo=UTC), None)
    world = data(replace(MARCH_CLOSED[0], open=(*MARCH_CLOSED[0].open, again)), month(4))
    (found,) = readiness(policy(OPEN), world, invoice(), ASKED)
    assert (found.code, found.clears_at) == ("period_closed", again.start)
    assert readiness(policy(OPEN), world, invoice(), datetime(2027, 4, 9, tzinfo=UTC)) == ()


def test_every_ledger_is_asked_unless_the_document_names_one() -> None:
    ledgers = data(
        month(3, ledger="local"), month(4, ledger="local"),
        month(3, CLOSED, ledger="ifrs"), month(4, ledger="ifrs"),
    )  # fmt: skip
    (found,) = readiness(policy(OPEN), ledgers, invoice(), ASKED)
    assert dict(found.words)["ledger"] == "ifrs"
    assert found.earliest_posting_date == date(2027, 4, 1)
    local = invoice(type="journal_entry", details={"ledger": "local"})
    by_ap = PeriodOpen(PostingDate.POSTING_DATE, "AP")
    assert readiness(policy(by_ap), ledgers, local, ASKED) == ()
    unknown = invoice(type="journal_entry", details={"ledger": "tax"})
    assert codes(readiness(policy(by_ap), ledgers, unknown, ASKED)) == ["period_unknown"]


def test_a_journal_entry_is_asked_for_the_general_ledger() -> None:
    journal = invoice(type="journal_entry")
    assert codes(readiness(policy(OPEN), data(), journal, ASKED)) == ["period_unknown"]
    assert readiness(policy(OPEN), data(month(3, kind="GL")), journal, ASKED) == ()


# --- suppliers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("active", []),
        ("approved", []),
        ("preferred", []),
        ("", ["supplier_status_unknown"]),
        ("blocked", ["supplier_inactive"]),
        ("Active", ["supplier_inactive"]),
        ("inactive", ["supplier_inactive"]),
    ],
)
def test_only_a_status_that_counts_as_active_is_active(status: str, expected: list[str]) -> None:
    world = data(suppliers=(Supplier("S-1", "Globex", status=status),))
    assert codes(readiness(policy(ACTIVE), world, invoice(), ASKED)) == expected


def test_a_supplier_that_is_not_named_or_not_known_is_never_active() -> None:
    for supplier, code in (("", "supplier_missing"), ("S-2", "supplier_unknown")):
        found = readiness(policy(ACTIVE), data(), invoice(supplier=supplier), ASKED)
        assert codes(found) == [code]


# --- what the ERP says ----------------------------------------------------------------------------


def test_where_the_erp_is_stricter_it_counts() -> None:
    no = LookedUp(period_open=False, supplier_active=False)
    own = invoice(date(2027, 4, 1))
    found = readiness(policy(SPECIAL, ACTIVE), data(), own, ASKED, no)
    assert codes(found) == ["period_closed_in_erp", "supplier_inactive_in_erp"]
    assert not any(not one.stands for one in found)


def test_where_the_erp_is_looser_it_does_not_count() -> None:
    yes = LookedUp(period_open=True, supplier_active=True)
    blocked = data(suppliers=(Supplier("S-1", "Globex", status="blocked"),))
    found = readiness(policy(OPEN, ACTIVE), blocked, invoice(), ASKED, yes)
    assert codes(found) == ["period_closed", "supplier_inactive"]
    nothing = readiness(policy(OPEN), data(), invoice(date(2028, 1, 1)), ASKED, yes)
    assert codes(nothing) == ["period_unknown"]


def test_an_erp_that_did_not_answer_changes_nothing() -> None:
    own = invoice(date(2027, 4, 1))
    assert readiness(policy(OPEN, ACTIVE), data(), own, ASKED, LookedUp()) == ()


# --- which checks are asked -----------------------------------------------------------------------


def test_checks_of_every_layer_are_asked_and_none_is_replaced() -> None:
    wide = rule(SupplierActive(frozenset({"active"})), Place("a.yaml", 1, 1))
    local = rule(ACTIVE, Place("b.yaml", 1, 1), scope=Scope(entities=frozenset({"US01"})))
    assert ask(wide, local) == ["supplier_inactive"]
    assert ask(local) == []


def test_a_check_of_another_scope_type_or_day_is_not_asked() -> None:
    closed = rule(OPEN)
    assert ask(closed) == ["period_closed"]
    assert ask(replace(closed, scope=Scope(countries=frozenset({"DE"})))) == []
    assert ask(replace(closed, documents=frozenset({"journal_entry"}))) == []
    assert ask(replace(closed, effective=Effective(to=date(2027, 4, 5)))) == []
    assert ask(replace(closed, effective=Effective(date(2027, 4, 5)))) == ["period_closed"]


def test_a_document_of_an_unknown_entity_or_type_is_never_ready() -> None:
    for own, code in (
        (invoice(entity="XX"), "entity_unknown"),
        (invoice(type="lease"), "document_type_unknown"),
    ):
        found = readiness(policy(OPEN), data(), own, ASKED)
        assert codes(found) == [code]
        assert not is_ready(found)


def test_findings_come_in_the_order_of_the_files_whatever_the_order_of_the_rules() -> None:
    rules = [rule(OPEN, Place("b.yaml", 1, 1)), rule(SPECIAL, Place("a.yaml", 1, 1))]
    forwards = readiness(policy(*rules), data(), invoice(), ASKED)
    assert forwards == readiness(policy(*reversed(rules)), data(), invoice(), ASKED)
    assert [one.place.file for one in forwards] == ["a.yaml", "b.yaml"]


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(PolicyError, match="time zone"):
        readiness(policy(OPEN), data(), invoice(), ASKED.replace(tzinfo=None))


def test_a_finding_that_only_warns_does_not_keep_it_from_posting() -> None:
    (found,) = readiness(policy(OPEN), data(), invoice(), ASKED)
    assert is_ready([replace(found, severity=Severity.WARNS)])


def test_what_was_found_can_be_written_down() -> None:
    findings = released_by(release())
    plain = to_plain(findings[0])
    assert canonical_bytes(plain)
    assert plain["released"] == {
        "finding": the_finding(),
        "by": "vera",
        "reason": "accrual of March agreed with the auditor",
        "at": "2027-04-05T22:05:00Z",
        "document_digest": "sha256:content",
    }
    assert (plain["code"], plain["earliest_posting_date"]) == ("period_closed", "2027-04-01")


# --- against a slow and obvious answer ------------------------------------------------------------

START = date(2027, 1, 1)
HOURS = [datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=6 * n) for n in range(12)]


@st.composite
def periods(draw: st.DrawFn, ledger: str) -> list[Period]:
    """Some periods of a few days: beside each other, with holes, at times one above another."""
    cuts = sorted(draw(st.lists(st.integers(0, 9), min_size=2, max_size=5, unique=True)))
    found = []
    for first, after in pairwise(cuts):
        last = after - 1 + draw(st.sampled_from((0, 0, 0, 1)))
        moments = sorted(draw(st.lists(st.sampled_from(HOURS), max_size=4, unique=True)))
        ends = [*moments, *([None] if len(moments) % 2 else [])]
        spans = tuple(Span(*pair) for pair in zip(ends[::2], ends[1::2], strict=True))
        days = START + timedelta(days=first), START + timedelta(days=last)
        if draw(st.booleans()) or not found:
            found.append(Period("US01", "AP", f"p{first}", *days, ledger, spans))
    return found


def slowly(
    rows: list[Period], day: date, now: datetime
) -> tuple[set[tuple[str, str]], date | None]:
    """The code for each ledger, and the earliest day, by looking at every day and every span."""

    def state(ledger: str, on: date) -> str:
        here = [
            p
            for p in rows
            if p.ledger == ledger
            and any(p.first_day + timedelta(days=n) == on for n in range(20) if p.last_day >= on)
        ]
        if len(here) != 1:
            return "period_unknown"
        began = False
        for span in here[0].open:
            begins = span.start or HOURS[0] - timedelta(days=1)
            if begins <= now and (span.end is None or span.end > now):
                return "open"
            began = began or begins <= now
        return "period_closed" if began or not here[0].open else "period_not_open"

    ledgers = {p.ledger for p in rows}
    found = {(ledger, state(ledger, day)) for ledger in ledgers}
    earliest = None
    for n in range(40):
        on = day + timedelta(days=n)
        if all(state(ledger, on) == "open" for ledger in ledgers):
            earliest = on
            break
    return {(ledger, code) for ledger, code in found if code != "open"}, earliest


@given(
    periods("local"),
    st.one_of(st.just([]), periods("ifrs")),
    st.integers(-1, 11),
    st.sampled_from(HOURS),
    st.sampled_from((timedelta(0), timedelta(seconds=-1), timedelta(hours=3))),
)
def test_periods_are_answered_as_a_slow_look_at_every_day_answers(
    one: list[Period], other: list[Period], number: int, at: datetime, shift: timedelta
) -> None:
    day, now, rows = START + timedelta(days=number), at + shift, one + other
    found = readiness(policy(OPEN), data(*rows), invoice(day), now)
    expected, earliest = slowly(rows, day, now)
    assert {(dict(f.words)["ledger"], f.code) for f in found} == expected
    assert {f.earliest_posting_date for f in found} <= {earliest}
