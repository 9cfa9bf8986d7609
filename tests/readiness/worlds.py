"""Worlds for checks of readiness: one entity, one document, and what stands around them."""

from datetime import UTC, date, datetime

from engine.cases.status import Status
from engine.documents.model import Document, Line
from engine.explaining.messages import fields, optional_fields
from engine.explaining.messages.readiness import ENGLISH, GERMAN
from engine.master_data import MasterData, PersonId, snapshot
from engine.money import Money, parse_amount
from engine.organization import Entity, Organization, Role
from engine.places import Place
from engine.policy import PolicySet
from engine.readiness.asking import readiness
from engine.readiness.check import Check, ReadinessCheck
from engine.readiness.finding import NOT_LOOKED_UP, Finding, LookedUp, Release
from engine.readiness.surroundings import ALONE, Beside, Surroundings
from engine.scopes import Effective, Scope

US = Entity("US01", "US", "americas", "USD", "America/New_York")
DE = Entity("DE01", "DE", "europe", "EUR", "Europe/Berlin")
NOW = datetime(2027, 3, 15, 14, tzinfo=UTC)
DAY = date(2027, 3, 15)
TYPES = frozenset(
    "invoice credit_note journal_entry payment purchase_order goods_receipt expense_report"
    " supplier_request customer_refund subscription_adjustment".split()
)


def rule(check: Check, **more: object) -> ReadinessCheck:
    values: dict[str, object] = {
        "place": Place("readiness/a.yaml", 4, 5),
        "scope": Scope(),
        "effective": Effective(),
        "documents": TYPES,
        "owner": "controller",
        "check": check,
    }
    return ReadinessCheck(**(values | more))  # type: ignore[arg-type]


def policy(*checks: Check | ReadinessCheck, **more: object) -> PolicySet:
    roles = {name: Role(name) for name in ("ctrl", "ap_lead")}
    values: dict[str, object] = {
        "name": "t",
        "digest": "d",
        "language": 1,
        "organization": Organization({"US01": US, "DE01": DE}, (), roles, ()),
        "facts": {},
        "documents": TYPES,
        "matrices": (),
        "readiness": tuple(c if isinstance(c, ReadinessCheck) else rule(c) for c in checks),
    }
    return PolicySet(**(values | more))  # type: ignore[arg-type]


def line(number: int = 1, net: str = "100.00", currency: str = "USD", **more: object) -> Line:
    return Line(number, money(net, currency), **more)  # type: ignore[arg-type]


def money(text: str, currency: str = "USD") -> Money:
    return parse_amount(text, currency)


def document(*lines: Line, **more: object) -> Document:
    values: dict[str, object] = {
        "type": "invoice",
        "id": "I-1",
        "entity": "US01",
        "currency": "USD",
        "requester": "rita",
        "supplier": "S-1",
        "submitted_at": NOW,
        "posting_date": DAY,
        "digest": "sha256:content",
        "lines": lines or (line(),),
    }
    return Document(**(values | more))  # type: ignore[arg-type]


def ask(
    check: Check | ReadinessCheck,
    on: Document,
    data: MasterData | None = None,
    *,
    now: datetime = NOW,
    looked_up: LookedUp = NOT_LOOKED_UP,
    beside: Surroundings = ALONE,
    releases: tuple[Release, ...] = (),
    **of_policy: object,
) -> tuple[Finding, ...]:
    """What one check finds about one document."""
    known = snapshot("digest") if data is None else data
    found = readiness(policy(check, **of_policy), known, on, now, looked_up, releases, beside)
    assert unsaid(found) == set()
    return found


def codes(found: tuple[Finding, ...]) -> list[str]:
    return [one.code for one in found]


def words(found: tuple[Finding, ...]) -> dict[str, str]:
    (one,) = found
    return dict(one.words)


def beside(
    on: Document, status: Status = Status.POSTED, at: datetime = NOW, **more: object
) -> Beside:
    """Another document of the world, as the store knows it."""
    values = {"document": on, "status": status, "received_at": at, "changed_at": at} | more
    return Beside(**values)  # type: ignore[arg-type]


def around(*others: Beside, approvers: tuple[str, ...] = ()) -> Surroundings:
    """What is around a document."""
    people = frozenset(PersonId(name) for name in approvers)
    return Surroundings(documents=others, approvers=people)


def unsaid(found: tuple[Finding, ...]) -> set[tuple[str, str]]:
    """Fields that a text needs and a finding does not have, with the code; none, if all is well."""
    lacking = set()
    for one in found:
        for texts in (ENGLISH, GERMAN):
            for template in (texts[one.code].short, texts[one.code].full):
                needed = fields(template) - optional_fields(template)
                lacking |= {(one.code, name) for name in needed - dict(one.words).keys()}
    return lacking
