"""Documents for the small set of `conftest.py`."""


def order(id: str, amount: str, **more: object) -> dict[str, object]:
    """A purchase order of Rita's."""
    return {
        "type": "purchase_order",
        "id": id,
        "entity": "US01",
        "requester": "rita",
        "amount": amount,
        "currency": "USD",
        "submitted_at": "2027-03-15T08:00:00-04:00",
        **more,
    }
