"""An order that is approved or posted is cancelled: nothing more is ordered by it, and it counts no
more.

The guards, in this order: it is an order that stands; whoever cancels it is its requester or
submitter, or owns the matrix that routed it; he says why; and nothing was billed or received of it.
No connector takes an order back in an ERP yet: for one that is posted an exception is open, owned
by the owner of the matrix, until he says that it was cancelled there as well.
"""

from __future__ import annotations

from typing import Final

from adapters.store import arrangements, beside, cases, deadlines, delivery, headroom
from adapters.store.cases import Case
from adapters.store.trail import append
from adapters.store.versions import posted_before
from api.usecases.casework.action import Acted, On, entry, refused
from api.usecases.casework.completing import posting_key, with_event
from api.usecases.casework.entitled import owner_of_matrix, owns_matrix
from api.usecases.casework.surrounding import around
from api.usecases.casework.written import document_of
from engine.cases.status import Event, Status
from engine.documents.model import Document
from engine.readiness.asking import compares
from engine.readiness.orders import name_of, order_keys
from engine.readiness.surroundings import FIRM

ORDER: Final = "purchase_order"
USED_BY: Final = ("invoice", "credit_note", "goods_receipt")
NOT_IN_ERP: Final = "not_cancelled_in_erp"
_STANDS: Final = frozenset({Status.APPROVED, Status.POSTED})


def cancel(on: On) -> Acted:
    """Cancels the order, or refuses to; of a cancelled one, says that the ERP has it so, too."""
    if on.case.status is Status.CANCELLED:
        return _confirmed(on)
    if on.case.type != ORDER or on.case.status not in _STANDS:
        return refused(on, "not_open")
    document = document_of(on.resources, on.current.policy, on.case)
    needed = around(on.current, document, on.case.received_at, on.now)
    headroom.lock(on.connection, (*needed.keys(), *headroom.keys_of(on.connection, [on.case.id])))
    names = (document.requester, document.submitter)
    mine = {on.current.data.person_of(name, on.now) for name in names if name}
    if on.person not in mine and not owns_matrix(on):
        return refused(on, "not_asked")
    if not on.action.comment.strip():
        return refused(on, "comment_missing")
    if is_used(on, document):
        return refused(on, "order_in_use")
    in_books = on.case if on.case.status is Status.POSTED else _earlier(on)
    case = with_event(on.case, Event.CANCEL, on.now)
    cases.keep(on.connection, case)
    cases.ask(on.connection, case.id, ())
    deadlines.forget_deadlines(on.connection, case.id)
    arrangements.forget_returned(on.connection, case.id)
    if in_books is not None:
        key, owner = posting_key(in_books), owner_of_matrix(on)
        message = f"the order was cancelled here, and `{key}` is in the ERP"
        delivery.open_exception(on.connection, on.case.id, key, NOT_IN_ERP, message, owner, on.now)
    append(on.connection, [entry(on, case, None, "action")])
    return Acted(case)


def _earlier(on: On) -> Case | None:
    """The version that is in the books, where an approved change of it is not yet."""
    found = posted_before(on.connection, on.case)
    return None if found is None else found.case


def is_used(on: On, document: Document) -> bool:
    """Whether something was billed or received of the order that nobody has to approve any more.

    Its keys are locked. Where the set compares no documents, they are found by what they state.
    """
    named = (document.entity, name_of(document), USED_BY)
    found = (
        beside.cases_beside(on.connection, order_keys(document), on.case.id)
        if compares(on.current.policy)
        else beside.naming_order(on.connection, *named)
    )
    return any(case.type in USED_BY and case.status in FIRM for case in found)


def _confirmed(on: On) -> Acted:
    """Whoever owns the exception says that the order is cancelled in the ERP, and how he knows."""
    open_here = [
        each
        for each in delivery.exceptions_of(on.connection, on.case.id)
        if each.code == NOT_IN_ERP and each.closed_at is None
    ]
    if not open_here:
        return refused(on, "not_open")
    if not owns_matrix(on):
        return refused(on, "not_asked")
    if not on.action.comment.strip():
        return refused(on, "comment_missing")
    for each in open_here:
        delivery.close_exception(on.connection, on.case.id, each.key, NOT_IN_ERP, on.now)
    append(on.connection, [entry(on, on.case, None, "action")])
    return Acted(on.case)
