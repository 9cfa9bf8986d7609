"""Changed bank details: nothing is paid on them before they were confirmed and some days passed.

The change itself is a `supplier_request` that states `bank_details`, the first ones of a supplier
included. Somebody other than those who wanted and approved it calls the supplier back, under a
number that the request did not bring along: as an act of his own, or as the source states it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, Final
from zoneinfo import ZoneInfo

from engine.business_time import (
    add_months,
    business_days_forward,
    calendar_of,
    end_of_day,
    local_day,
)
from engine.documents.derived import suppliers_of
from engine.documents.model import Document
from engine.errors import PolicyError
from engine.facts.vocabulary import Window
from engine.master_data import MasterData, PersonId
from engine.readiness.accounts import accounts_in, line_accounts
from engine.readiness.check import Check, Complaint
from engine.readiness.countries import REQUEST
from engine.readiness.finding import Asked, Evidence, Finding
from engine.readiness.parameters import Kind, Stricter, stated
from engine.readiness.persons import is_or_is_near, persons_of
from engine.readiness.surroundings import Beside, CallBack
from engine.tokens import bare

OLDEST_CALL: Final = timedelta(days=90)  # an older call was about something else
_UNITS: Final = ("days", "business_days", "months")
_SHORTEST_NUMBER: Final = 4  # digits
_OF_A_NUMBER: Final = 7  # digits that two spellings of one number share


@dataclass(frozen=True, slots=True)
class BankChange(Check):
    """Bank details that were changed are confirmed by a call, and are paid on after a while.

    Asked of a request, it asks for the call. Of anything else it looks at the requests for its
    supplier and for its accounts: the wait counts from when each last moved on, so from when it
    was posted, and the latest of an account decides whether there was a call.
    """

    word: ClassVar[str] = "bank_change"
    says: ClassVar[str] = "changed bank details were confirmed and are some days old"

    wait: Window = stated(
        Kind.WINDOW,
        "how long after the change nothing is paid: `5 days`, `3 business_days`",
        stricter=Stricter.LARGER,
    )
    call_back: bool = stated(
        Kind.YES_NO,
        "whether another person has to have called the supplier",
        stricter=Stricter.LARGER,
        default=True,
    )

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """A wait that has no end, or none at all."""
        if self.wait.unit not in _UNITS:
            unit = self.wait.unit.replace("_", " ")
            yield Complaint("not-a-duration", f"`bank_change` waits days or months, not {unit}")

    def looks_for(self, data: MasterData, document: Document) -> Iterator[str]:
        """Requests for its suppliers, and for the accounts that are paid on."""
        if document.type == REQUEST:
            return
        for name in suppliers_of(document):
            yield f"bank:{name}"
            supplier = data.suppliers.get(name)
            if supplier is not None:
                yield from (f"bank:{account}" for account in sorted(supplier.accounts))
        yield from (f"bank:{account}" for account in sorted(_paid_on(data, document)))

    @classmethod
    def found_by(cls, data: MasterData, document: Document) -> Iterator[str]:
        """A request by its supplier and by the accounts that it states."""
        accounts = _requested(data, document)
        if accounts and document.supplier:
            yield f"bank:{document.supplier}"
        yield from (f"bank:{account}" for account in sorted(accounts))

    def ask(self, on: Asked) -> Iterator[Finding]:
        """What the call lacks; of others, each change that is too new or was not confirmed."""
        if on.document.type == REQUEST:
            if self.call_back and changes_accounts(on.data, on.document):
                yield from _unconfirmed(on, on.document, on.beside.approvers, on.beside.call_backs)
            return
        changes = [
            each
            for each in on.beside.of_type(REQUEST)
            if each.is_firm and _requested(on.data, each.document)
        ]
        for change in changes:
            clears_at = _after(self.wait, change.changed_at, on)
            if clears_at is None or on.now < clears_at:
                yield self._too_new(on, change, clears_at)
        if self.call_back:
            for change in _latest(changes, on):
                yield from _unconfirmed(
                    on, change.document, change.approvers, change.call_backs, change
                )

    def _too_new(self, on: Asked, change: Beside, clears_at: datetime | None) -> Finding:
        words = {"change": change.name, "case": change.case}
        words["supplier"] = change.document.supplier
        if clears_at is not None:
            words["clears_at"] = clears_at.astimezone(ZoneInfo(on.entity.zone)).isoformat()
        return replace(
            on.finding("bank_change_too_new", Evidence.WAITING, **words), clears_at=clears_at
        )


def _requested(data: MasterData, document: Document) -> set[str]:
    is_one = document.type == REQUEST
    return accounts_in(data, document, "bank_details") if is_one else set()


def _paid_on(data: MasterData, document: Document) -> set[str]:
    found = accounts_in(data, document, "pay_to")
    return found.union(*(line_accounts(data, line) for line in document.lines))


def _after(wait: Window, changed_at: datetime, on: Asked) -> datetime | None:
    """When the wait is over; `None` where the calendar has no end of it.

    Days are of 24 hours. Business days and months end with the last of them, by the clocks of the
    entity: the day of the change itself does not count.
    """
    if wait.unit == "days":
        return changed_at + timedelta(days=wait.count)
    zone = on.entity.zone
    day = local_day(changed_at, zone)
    if wait.unit == "months":
        return end_of_day(add_months(day, wait.count), zone)
    try:
        last = business_days_forward(day, wait.count, calendar_of(on.entity, on.data.holidays))
    except PolicyError:
        return None
    return end_of_day(last, zone)


def _latest(changes: list[Beside], on: Asked) -> list[Beside]:
    """Of each account the last request that states it, in order.

    An account that is no longer the supplier's and is not paid on is left out once a later request
    came, which is asked about itself: what was undone need not be confirmed any more.
    """
    used = _paid_on(on.data, on.document).union(
        *(
            on.data.suppliers[name].accounts
            for name in suppliers_of(on.document)
            if name in on.data.suppliers
        )
    )
    in_order = sorted(changes, key=lambda each: (each.changed_at, each.case, each.name))
    of_account = {
        account: each for each in in_order for account in _requested(on.data, each.document)
    }
    of_supplier = {each.document.supplier: each for each in in_order}
    asked = [
        each
        for account, each in of_account.items()
        if account in used or not _is_undone(each, of_supplier)
    ]
    return [each for each in in_order if any(each is one for one in asked)]


def _is_undone(change: Beside, of_supplier: dict[str, Beside]) -> bool:
    supplier = change.document.supplier
    return bool(supplier) and of_supplier[supplier] is not change


def _unconfirmed(
    on: Asked,
    request: Document,
    approvers: frozenset[PersonId],
    called: tuple[CallBack, ...],
    change: Beside | None = None,
) -> Iterator[Finding]:
    """What is wrong with the calls: one act of somebody without a part in it is enough.

    Whoever called was employed when he did; that he approved afterwards ends it.
    """
    involved = involved_in(on.data, request, on.now) | approvers
    callers = [each.by for each in called]
    if any(not is_or_is_near(on.data, caller, involved, on.now) for caller in callers):
        return
    if callers and not request.details.get("called_back_by"):
        words = {"change": f"{request.type}/{request.id}", "person": str(callers[-1])}
        words |= {} if change is None else {"case": change.case}
        yield on.finding("call_back_by_involved", Evidence.CALL_BACK, **words)
        return
    yield from _uncalled(on, request, approvers, change)


def _uncalled(
    on: Asked, request: Document, approvers: frozenset[PersonId], change: Beside | None = None
) -> Iterator[Finding]:
    """What is wrong with the call that a request states."""
    words = {"change": f"{request.type}/{request.id}"}
    if change is not None:
        words |= {"case": change.case}
    caller = request.details.get("called_back_by")
    at = request.details.get("called_back_at")
    number = request.details.get("called_back_number")
    lacks = [
        field
        for field, value in (
            ("called_back_by", caller),
            ("called_back_at", at),
            ("called_back_number", number),
        )
        if not value
    ]
    if lacks:
        words["fields"] = ", ".join(lacks)
        yield on.finding("call_back_missing", Evidence.CALL_BACK, **words)
        return
    caller_id = on.data.person_of(str(caller), on.now)
    person = None if caller_id is None else on.data.people.get(caller_id)
    if person is None or not person.is_active(on.now):
        words |= {"person": str(caller)}
        yield on.finding("call_back_by_nobody_known", Evidence.CALL_BACK, **words)
    elif is_or_is_near(
        on.data, person.id, involved_in(on.data, request, on.now) | approvers, on.now
    ):
        words |= {"person": str(person.id)}
        yield on.finding("call_back_by_involved", Evidence.CALL_BACK, **words)
    if not isinstance(at, datetime) or not _is_timely(at, request, on.now):
        yield on.finding("call_back_out_of_time", Evidence.CALL_BACK, at=str(at), **words)
    if _is_brought_along(str(number), request, on):
        yield on.finding("call_back_number_of_request", Evidence.CALL_BACK, **words)


def changes_accounts(data: MasterData, document: Document) -> bool:
    """Whether it is a request that states bank details."""
    return bool(_requested(data, document))


def involved_in(data: MasterData, request: Document, now: datetime) -> frozenset[PersonId]:
    """Who wanted the change; those who approved it come beside them."""
    named = (request.requester, request.submitter, *request.beneficiaries)
    return persons_of(data, named, now)


def _is_timely(at: datetime, request: Document, now: datetime) -> bool:
    """A call that is still to come confirms nothing, nor does one from long before the request."""
    return request.submitted_at - OLDEST_CALL <= at <= now


def _is_brought_along(number: str, request: Document, on: Asked) -> bool:
    """Whether the number stands in the request and not on file: whoever forged it answers.

    The last seven digits are compared, so that a prefix makes no other number of it.
    """
    digits = _digits(number)[-_OF_A_NUMBER:]
    if len(digits) < _SHORTEST_NUMBER:
        return True  # no number that anybody could have called
    supplier = on.data.suppliers.get(request.supplier)
    on_file = supplier.facts.values() if supplier is not None else ()
    if any(digits in _digits(text) for text in on_file if isinstance(text, str)):
        return False
    texts = [text for text in request.details.values() if isinstance(text, str) and text != number]
    texts += [request.title, *(comment.text for comment in request.comments)]
    return any(digits in _digits(text) for text in texts)


def _digits(text: str) -> str:
    return "".join(char for char in bare(text) if char.isdecimal())


CHECKS: Final = (BankChange,)
