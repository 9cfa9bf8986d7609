"""Single questions that other systems ask before they submit: a supplier, a coding, a code, a rate.

Each is answered by the checks themselves, asked of a document that has nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from engine.documents.model import Document, Line
from engine.master_data import MasterData
from engine.money import Money
from engine.organization import Entity
from engine.places import NOWHERE
from engine.policy import PolicySet
from engine.readiness.check import Check, ReadinessCheck
from engine.readiness.coding import AccountActive, AccountCombination, TaxCodeValid
from engine.readiness.finding import Asked, Finding
from engine.readiness.funds import RateKnown
from engine.readiness.supplier import SupplierActive
from engine.scopes import Effective, Scope


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about, for an entity on a local day; at an aware moment."""

    policy: PolicySet
    data: MasterData
    entity: Entity
    day: date
    now: datetime


def ask_supplier(on: Question, supplier: str) -> tuple[Finding, ...]:
    """What keeps the supplier from being posted to; nothing where it is active."""
    return _asked(on, SupplierActive(), supplier=supplier)


def ask_combination(
    on: Question, gl_account: str, cost_center: str, project: str
) -> tuple[Finding, ...]:
    """What keeps the three from being posted to together, the account itself included."""
    line = Line(
        1,
        Money(0, on.entity.currency),
        gl_account=gl_account,
        cost_center=cost_center,
        project=project,
    )
    return (
        *_asked(on, AccountActive(), lines=(line,)),
        *_asked(on, AccountCombination(), lines=(line,)),
    )


def ask_tax_code(on: Question, tax_code: str) -> tuple[Finding, ...]:
    """What keeps the tax code from being used."""
    currency = on.entity.currency
    line = Line(1, Money(0, currency), tax=Money(0, currency), tax_code=tax_code)
    return _asked(on, TaxCodeValid(), lines=(line,))


def ask_rate(on: Question, currency: str) -> tuple[Finding, ...]:
    """Why there is no rate from the currency into the entity's."""
    return _asked(on, RateKnown(), currency=currency)


def _asked(
    on: Question,
    check: Check,
    *,
    supplier: str = "",
    currency: str = "",
    lines: tuple[Line, ...] = (),
) -> tuple[Finding, ...]:
    document = Document(
        type="invoice",
        id="look-up",
        entity=on.entity.id,
        requester="",
        submitted_at=on.now,
        currency=currency or on.entity.currency,
        supplier=supplier,
        posting_date=on.day,
        lines=lines,
    )
    rule = ReadinessCheck(NOWHERE, Scope(), Effective(), frozenset(), "", check)
    return tuple(check.ask(Asked(rule, on.policy, on.data, document, on.entity, on.now, on.day)))
