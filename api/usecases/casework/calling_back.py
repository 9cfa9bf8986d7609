"""A person confirms changed bank details by a call to the supplier: on record, and counted.

The guards, in this order: the case asks for bank details to be changed and may still come to
something; it is said which number was called, whom one spoke to, and what was said; whoever called
has no part in the change; and the number was on file before the change came in. What comes later
(other content, an approval by the caller) is looked at again whenever it is asked.
"""

from __future__ import annotations

from typing import Final

from adapters.store import cases, headroom
from adapters.store.call_backs import add_call_back
from adapters.store.in_force_history import digests_at
from adapters.store.trail import append
from adapters.store.versions import versions_of
from api.usecases.casework.action import Acted, On, entry, refused
from api.usecases.casework.completing import finish
from api.usecases.casework.remembering import asked_of
from api.usecases.casework.resources import ContentsUnusable
from api.usecases.casework.surrounding import around
from api.usecases.casework.written import document_of
from engine.cases.status import Status
from engine.documents.model import Document
from engine.master_data import PersonId
from engine.readiness.bank_change import changes_accounts, involved_in
from engine.readiness.calling_back import filed_as
from engine.readiness.persons import is_or_is_near
from engine.readiness.surroundings import CallBack
from engine.routing.distinct import identities

_OPEN: Final = frozenset(
    {
        *(Status.PENDING, Status.HELD, Status.APPROVED),
        *(Status.POSTING, Status.POSTED, Status.EXCEPTION),
    }
)


def confirm_call_back(on: On) -> Acted:
    """Keeps the call, or refuses it; whether the document is ready is asked again."""
    document = document_of(on.resources, on.current.policy, on.case)
    code = _why_not(on, document)
    if code:
        return refused(on, code)
    filed = _filed_before(on, document)
    if not filed:
        return refused(on, "number_not_on_file")
    needed = around(on.current, document, on.case.received_at, on.now)
    before = asked_of(on.current, document, on.now)
    headroom.lock(on.connection, (*before.keys(), *needed.keys()))
    add_call_back(on.connection, on.case, CallBack(on.person, on.now), filed)
    said = {"number_called": on.action.number_called, "spoken_to": on.action.spoken_to}
    made = entry(on, on.case, None, "action", filed_as=filed, written=said)
    case, more = finish(on.resources, on.connection, on.current, on.case, document, on.now)
    append(on.connection, [made, *more])
    return Acted(case)


def _why_not(on: On, document: Document) -> str:
    if not changes_accounts(on.current.data, document):
        return "no_bank_change"
    if on.case.status not in _OPEN:
        return "not_open"
    said = (on.action.number_called, on.action.spoken_to, on.action.comment)
    if not all(text.strip() for text in said):
        return "call_back_incomplete"
    course = cases.course_of(on.connection, on.case.id)
    approvers: frozenset[PersonId] = frozenset(
        person for given in course.given for person in identities(given.assignee)
    )
    involved = involved_in(on.current.data, document, on.now) | approvers
    if is_or_is_near(on.current.data, on.person, involved, on.now):
        return "call_back_by_involved"
    return ""


def _filed_before(on: On, document: Document) -> str:
    """The fact under which the number was on file when the first version came in; empty for none.

    What was loaded since does not count: whoever forged the request may have had it changed, too.
    """
    kept = versions_of(on.connection, on.case.id)
    first = min([on.case.received_at, *(each.case.received_at for each in kept)])
    try:
        then = on.resources.loaded.earlier(on.connection, digests_at(on.connection, first))
    except ContentsUnusable:  # erased by now, or not to be read any more
        return ""
    return filed_as(then.data.suppliers.get(document.supplier), on.action.number_called)
