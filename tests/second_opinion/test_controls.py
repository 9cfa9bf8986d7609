"""What the controls of a set become, by name, and that a rule that is wrong would be noticed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from api.usecases.casework.second_opinion import Answer, Opinions, Word
from engine.decision import Assignee, Via
from engine.documents.model import Document, Line
from engine.facts.conditions import All, Any, Compare, Constant, FactBound, Lines, Not, OneOf, Op
from engine.facts.kinds import Duration, Kind
from engine.history import History, PastAct
from engine.master_data import (
    Holding,
    Interest,
    MasterData,
    Person,
    PersonId,
    Relation,
    Span,
    Supplier,
    snapshot,
)
from engine.matching import build
from engine.money import Money
from engine.opinion.controls import control_rules
from engine.opinion.happened import Happened, acts_of_case
from engine.opinion.rules import Violation
from engine.organization import Organization, Role
from engine.places import Place
from engine.policy import (
    Additional,
    Conflict,
    Duty,
    Guarantee,
    Hold,
    Mitigation,
    PolicySet,
    Refuse,
    RelatedParties,
)
from engine.routing.course import ActKind, Given, PlaceKey
from engine.scopes import Effective, Scope
from engine.segregation.recorded import acts_of_named
from engine.violations import violations
from tests.matcher import matcher
from tests.second_opinion.worlds import ENTITIES, NOW

PLACE = Place("controls/group.yaml", 7, 5)
MAINTAIN = Duty("maintain_supplier", PLACE, frozenset({"supplier_request"}), frozenset({"submit"}))
APPROVE = Duty("approve_invoice", PLACE, frozenset({"invoice"}), frozenset({"approve"}))
P2P = Conflict(
    "P2P-01", PLACE, Scope(), Effective(), ("maintain_supplier", "approve_invoice"),
    "same_supplier", 90, "block",
)  # fmt: skip


def policy(**more: object) -> PolicySet:
    return build(
        PolicySet(
            name="t",
            digest="sha256:t",
            language=1,
            organization=Organization({each.id: each for each in ENTITIES}, (), {}, ()),
            facts={},
            documents=frozenset({"invoice", "supplier_request"}),
            matrices=(),
            duties={duty.name: duty for duty in (MAINTAIN, APPROVE)},
            **more,  # type: ignore[arg-type]
        )
    )


def people(**more: object) -> MasterData:
    return snapshot(
        "sha256:d",
        [
            Person(PersonId("rita"), "Rita", "US01"),
            Person(PersonId("petra"), "Petra", "US01", accounts=frozenset({"acct:7"})),
            Person(PersonId("tina"), "Tina", "US01"),
        ],
        suppliers=[Supplier("S-1", "Globex", "G-1", accounts=frozenset({"acct:7"}))],
        **more,  # type: ignore[arg-type]
    )


def invoice(**more: object) -> Document:
    stated = {"requester": "rita", "supplier": "S-1", "currency": "USD", **more}
    return Document(
        type="invoice",
        id="I-1",
        entity="US01",
        submitted_at=NOW - timedelta(hours=3),
        lines=(Line(1, Money(8_000_00, "USD")),),
        **stated,  # type: ignore[arg-type]
    )


def approved(
    by: str,
    policy: PolicySet,
    data: MasterData | None = None,
    history: History | None = None,
    document: Document | None = None,
    for_whom: str = "",
) -> Happened:
    """An invoice that somebody approved an hour ago."""
    document, data = document or invoice(), data or people()
    keys = frozenset({"supplier:G-1"})
    other = PersonId(for_whom) if for_whom else None
    approval = PastAct(
        PersonId(by), "approve", "invoice", "I-1", NOW - timedelta(hours=1), keys, other
    )
    acts = (*acts_of_named(data, document, document.submitted_at, keys), approval)
    return Happened(policy, data, document, NOW, acts, history=history or History())


def maintained(days_ago: int, by: str = "petra") -> History:
    """Somebody submitted a request about the supplier so many days before the approval."""
    at = NOW - timedelta(hours=1, days=days_ago)
    keys = frozenset({"supplier:G-1"})
    return History((PastAct(PersonId(by), "submit", "supplier_request", "R-1", at, keys),))


def names(happened: Happened) -> list[str]:
    """The controls that both engines find violated."""
    with matcher() as second:
        answer = Opinions(second).answer(happened, "C-000001")
    assert answer.word is Word.AGREEMENT, answer
    assert answer.ours == answer.theirs == violations(happened)
    return [each.control for each in answer.ours]


@pytest.mark.server
def test_a_requester_who_approved_his_own_document_is_found() -> None:
    assert names(approved("rita", policy())) == ["self approval"]
    assert names(approved("petra", policy())) == []


@pytest.mark.server
def test_whoever_is_acted_for_counts_as_the_one_who_acts() -> None:
    assert names(approved("petra", policy(), for_whom="rita")) == ["self approval"]


@pytest.mark.server
def test_an_approval_that_only_asked_the_requester_is_none_of_the_controls() -> None:
    happened = approved("rita", policy())
    assert names(replace(happened, as_requester=frozenset({len(happened.acts) - 1}))) == []


@pytest.mark.server
def test_an_approval_by_a_beneficiary_is_found() -> None:
    document = invoice(beneficiaries=("petra",))
    assert names(approved("petra", policy(), document=document)) == ["approval by a beneficiary"]


@pytest.mark.server
@pytest.mark.parametrize(("days_ago", "found"), [(89, True), (90, True), (91, False)])
def test_the_last_local_day_of_a_window_counts(days_ago: int, found: bool) -> None:
    happened = approved("petra", policy(conflicts=(P2P,)), history=maintained(days_ago))
    assert names(happened) == (["conflict P2P-01"] if found else [])


@pytest.mark.server
def test_a_conflict_between_documents_is_not_covered_where_nobody_looked_at_others() -> None:
    happened = replace(approved("petra", policy(conflicts=(P2P,))), history=None)
    with matcher() as second:
        answer = Opinions(second).answer(happened, "C-000001")
    assert [(each.control, each.code) for each in answer.uncovered] == [
        ("conflict P2P-01", "no_history")
    ]


@pytest.mark.server
def test_what_another_did_for_the_supplier_is_no_conflict() -> None:
    happened = approved("tina", policy(conflicts=(P2P,)), history=maintained(3))
    assert names(happened) == []


@pytest.mark.server
def test_a_conflict_that_only_warns_was_not_violated() -> None:
    warns = policy(conflicts=(replace(P2P, outcome="warn"),))
    assert names(approved("petra", warns, history=maintained(3))) == []


@pytest.mark.server
@pytest.mark.parametrize(
    ("conflict", "under", "let_through"),
    [("P2P-01", "ME-1", True), ("P2P-01", "ME-2", False), ("P2P-02", "ME-1", False)],
)
def test_what_was_done_under_a_mitigation_of_the_conflict_was_accepted(
    conflict: str, under: str, let_through: bool
) -> None:
    until = date(2027, 3, 14)  # it ended since: what was done under it stands
    accepted = Mitigation("ME-1", PLACE, conflict, "petra", None, until, "tina", 30)
    both = policy(conflicts=(P2P, replace(P2P, name="P2P-02")), mitigations=(accepted,))
    happened = approved("petra", both, history=maintained(3))
    *acts, approval = happened.acts
    acts.append(replace(approval, under=frozenset({under})))
    found = names(replace(happened, acts=tuple(acts)))
    assert ("conflict P2P-01" not in found) is let_through


@pytest.mark.server
@pytest.mark.parametrize("related", [True, False])
def test_what_a_relative_did_counts_where_the_conflict_says_so(related: bool) -> None:
    data = people(relations=[Relation(PersonId("tina"), PersonId("petra"))])
    conflicts = (replace(P2P, related=related),)
    happened = approved("tina", policy(conflicts=conflicts), data, maintained(3))
    assert names(happened) == (["conflict P2P-01"] if related else [])


HOLD_AND_APPROVE = Conflict(
    "AP-02", PLACE, Scope(), Effective(), ("keep_suppliers", "approve_invoice"), "person", None,
    "block",
)  # fmt: skip
HOLDS_BOTH = replace(HOLD_AND_APPROVE, name="AP-03", duties=("keep_suppliers", "pay"))


@pytest.mark.server
@pytest.mark.parametrize(
    ("ended_hours_ago", "found"),
    [
        (None, ["conflict AP-02", "conflict AP-03"]),
        (0, ["conflict AP-02", "conflict AP-03"]),  # while he approved he held them
        (2, []),
    ],
)
def test_roles_count_that_were_held_when_it_was_approved(
    ended_hours_ago: int | None, found: list[str]
) -> None:
    end = None if ended_hours_ago is None else NOW - timedelta(hours=ended_hours_ago)
    held = [
        Holding(role, PersonId("tina"), "*", Span(None, end)) for role in ("buyer", "treasurer")
    ]
    roles = {name: Role(name) for name in ("buyer", "treasurer")}
    duties = {
        "keep_suppliers": Duty(
            "keep_suppliers", PLACE, frozenset(), frozenset(), frozenset({"buyer"})
        ),
        "pay": Duty("pay", PLACE, frozenset(), frozenset(), frozenset({"treasurer"})),
        "approve_invoice": APPROVE,
    }
    plain = policy()
    organization = replace(plain.organization, roles=roles)
    conflicts = (HOLD_AND_APPROVE, HOLDS_BOTH)
    both = build(replace(plain, duties=duties, organization=organization, conflicts=conflicts))
    assert names(approved("tina", both, people(holdings=held))) == found


@pytest.mark.server
def test_an_approver_with_the_account_of_the_supplier_is_found() -> None:
    rule = RelatedParties(PLACE, frozenset({"bank_account"}), True, True)
    found = names(approved("petra", policy(related_parties=(rule,))))
    assert found == [f"related party {PLACE}"]
    other = replace(rule, match=frozenset({"tax_id"}))
    assert names(approved("petra", policy(related_parties=(other,)))) == []


@pytest.mark.server
def test_somebody_on_the_document_with_the_account_of_the_supplier_is_found() -> None:
    rule = RelatedParties(PLACE, frozenset({"bank_account"}), True, False)
    related = policy(related_parties=(rule,))
    found = names(approved("tina", related, document=invoice(buyer="petra")))
    assert found == [f"related party on the document {PLACE}"]


@pytest.mark.server
def test_an_interest_in_the_group_of_the_supplier_is_found() -> None:
    rule = RelatedParties(PLACE, frozenset({"tax_id"}), False, True)
    data = people(interests=[Interest(PersonId("tina"), "G-1")])
    assert names(approved("tina", policy(related_parties=(rule,)), data)) == [
        f"declared interest {PLACE}"
    ]


def row(when: object = All(()), answer: object = Hold("legal looks first")) -> Additional:
    return Additional(
        "legal first", PLACE, Scope(), Effective(), frozenset({"invoice"}), "USD", "document.net",
        answer, when=when,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.server
@pytest.mark.parametrize(("low", "found"), [(2 * 8_000_00, True), (2 * 8_000_00 + 1, False)])
def test_a_row_that_holds_such_a_document_is_found_to_the_minor_unit(low: int, found: bool) -> None:
    held = policy(additional=(replace(row(), low=low),))
    assert names(approved("petra", held)) == (["control legal first"] if found else [])


SHARE = Compare("document.net", Op.UP_TO, FactBound("contract.net", None), Kind.MONEY, "USD")
TERM = Compare("term", Op.ABOVE, Constant(Duration(36, 0)), Kind.DURATION)
SOFTWARE = OneOf("category", frozenset({"software"}))


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (TERM, "`term` is a duration"),
        (Lines(SOFTWARE, every=True), "it speaks of every line"),
        (Not(Lines(SOFTWARE, every=False)), "it speaks of every line"),
        (All((Lines(SOFTWARE, False), Lines(SOFTWARE, False))), "it speaks of several lines"),
        (All((Any((SOFTWARE, SHARE)),) * 6), "it has too many alternatives"),
    ],
)
def test_what_cannot_be_said_in_patterns_is_named_and_why(when: object, reason: str) -> None:
    found = control_rules(policy(additional=(row(when),))).uncovered
    assert [(each.control, each.reason) for each in found] == [("control legal first", reason)]


def test_guarantees_are_named_as_not_asked() -> None:
    four_eyes = Guarantee("four-eyes", PLACE, Scope(), Effective(), frozenset(), "", {}, at_least=2)
    found = control_rules(policy(guarantees=(four_eyes,))).uncovered
    assert [(each.control, each.code) for each in found] == [("guarantee four-eyes", "not_asked")]


@pytest.mark.server
def test_what_is_not_covered_is_said_with_the_answer_and_still_found_by_the_engine() -> None:
    held = policy(additional=(row(Not(Lines(SOFTWARE, every=False)), Refuse("no")),))
    happened = approved("petra", held, document=invoice())
    with matcher() as second:
        answer = Opinions(second).answer(happened, "C-000001")
    assert (answer.word, [each.control for each in answer.uncovered]) == (
        Word.AGREEMENT,
        ["control legal first"],
    )


def wrongly(happened: Happened, wrong: PolicySet) -> Answer:
    """The answer where the rules are those of another set than the engine's."""
    with matcher() as second:
        opinions = Opinions(second)
        controls, compiled = Opinions(second).rules_of(wrong)
        opinions._compiled[happened.policy.digest] = controls, compiled
        return opinions.answer(happened, "C-000001")


@pytest.mark.server
def test_a_window_that_is_a_day_too_short_is_a_difference() -> None:
    happened = approved("petra", policy(conflicts=(P2P,)), history=maintained(90))
    answer = wrongly(happened, policy(conflicts=(replace(P2P, within=89),)))
    assert answer.word is Word.DIFFERENCE
    assert answer.ours == (Violation("conflict P2P-01", (), (2, 3)),)
    assert answer.theirs == ()
    assert '"facts"' in answer.case_file


@pytest.mark.server
def test_a_control_that_one_side_has_never_heard_of_is_a_difference() -> None:
    happened = approved("petra", policy(additional=(row(),)))
    assert wrongly(happened, policy()).word is Word.DIFFERENCE
    assert wrongly(approved("petra", policy()), policy(additional=(row(),))).word is Word.AGREEMENT


REQUESTER = ("p.yaml:1:1", "requester", "", "", 1)
CFO = ("p.yaml:1:1", "cfo", "", "", 1)


@pytest.mark.parametrize(
    ("via", "other"),
    [
        (Via.DELEGATE, "rita"),
        (Via.STAND_IN, None),  # because she is the requester, and may not herself
        (Via.ACTING, None),
    ],
)
def test_for_whom_a_delegate_acts_approved_and_whom_a_stand_in_replaces_did_not(
    via: Via, other: str | None
) -> None:
    given = Given(
        Assignee(PersonId("tina"), via, PersonId("rita")), ActKind.APPROVE, frozenset({CFO})
    )
    acts, _ = acts_of_case(invoice(), people(), frozenset(), [(given, NOW)])
    assert (acts[-1].person, acts[-1].on_behalf_of) == ("tina", other)


@pytest.mark.parametrize(
    ("keys", "exempt"),
    [((REQUESTER,), {1}), ((REQUESTER, CFO), set()), ((CFO,), set()), ((), set())],
)
def test_only_what_asked_for_the_requester_and_nothing_else_is_exempt(
    keys: tuple[PlaceKey, ...], exempt: set[int]
) -> None:
    given = Given(Assignee(PersonId("rita")), ActKind.APPROVE, frozenset(keys))
    _, as_requester = acts_of_case(invoice(), people(), frozenset(), [(given, NOW)])
    assert as_requester == exempt


@pytest.mark.parametrize(
    ("kind", "counts"),
    [
        (ActKind.APPROVE, True),
        (ActKind.VOTE_FOR, True),
        (ActKind.VOTE_AGAINST, False),
        (ActKind.REJECT, False),
        (ActKind.ANSWER, False),
        (ActKind.RECORD, False),
    ],
)
def test_what_is_no_approval_is_no_act_of_an_approver(kind: ActKind, counts: bool) -> None:
    given = Given(Assignee(PersonId("tina")), kind, frozenset({CFO}))
    acts, _ = acts_of_case(invoice(), people(), frozenset(), [(given, NOW)])
    assert [act.act for act in acts] == ["request", "approve"][: 1 + counts]
