"""Documents and people of ACME for tests of cases."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.cases.identities import Identities

NOW = datetime(2027, 3, 15, 13, 0, tzinfo=UTC)
PORTAL = Identities("rita", "portal", issuer="https://login.acme.example", subject="rita")


def order(amount: str = "8000.00", id: str = "PO-1", **fields: object) -> dict[str, object]:
    """A purchase order of Rita's, on cost center cc100 of Mia's."""
    return {
        "type": "purchase_order",
        "id": id,
        "entity": "US01",
        "requester": "rita",
        "currency": "USD",
        "amount": amount,
        "cost_center": "cc100",
        "supplier": "S-1",
        "submitted_at": "2027-03-15T12:00:00Z",
        **fields,
    }


def by(person: str, through: str = "portal") -> Identities:
    """The identities of somebody who is logged in."""
    return Identities(person, through, issuer="https://login.acme.example", subject=person)
