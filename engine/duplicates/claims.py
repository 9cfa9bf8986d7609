"""What of a document is compared with others: its claims.

A document claims what it asks to be paid or booked. An invoice is one claim. An expense report is
one as a whole, and one more for each expense, so that an invoice that somebody also hands in as an
expense is found. Claims hold text that is made comparable once, not anew for every comparison.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date
from functools import lru_cache
from typing import Final

from engine.documents.derived import net_of, tax_of
from engine.documents.model import BankDetails, Document, Line
from engine.duplicates.names import normalised_name
from engine.duplicates.number_forms import MOST_KEPT, normalised, printed, similar
from engine.facts.vocabulary import BUILT_IN_DOCUMENTS
from engine.master_data import MasterData
from engine.money import Money
from engine.values import value

# Types that ask for money: what one of them claimed, another may not claim again. A type that the
# company declares is one of them: `payment_request`, say. All others repeat only their own type.
CLAIMING: Final = frozenset({"invoice", "credit_note", "expense_report", "payment"})
Values = tuple[str, ...]  # each once, in order; there are few, and many claims: sets are larger
_NAMING: Final = ("corrects", "pays", "refunds", "reverses", "amends", "changes")


@value
class Claim:
    """One claim. Amounts are in minor units of `currency` and have the sign of the document.

    `case` is what its keeper calls the document, `line` is 0 for it as a whole. `family` is what
    may repeat it: a document type, or `claim` for all that ask for money. `parties` say who is
    paid: the supplier, its group, its tax ids and bank accounts as tokens, or the person; `members`
    are the suppliers of the group as master data has it now. `names` are spelled alike
    (`normalised_name`). `amounts` are the net, and with its tax where that is known. `named` are
    the documents that this one pays, corrects or reverses, by their normalised ids and numbers.
    `submitted_on` is the day in UTC.
    """

    document_type: str
    document_id: str
    case: str
    line: int
    family: str
    is_credit: bool
    entity: str
    requester: str
    supplier: str
    parties: Values
    members: Values
    names: Values
    number: str
    number_normalised: str
    numbers_similar: Values
    currency: str
    amounts: tuple[int, ...]
    document_date: date | None
    submitted_on: date
    purchase_order: str
    gl_account: str
    named: Values = ()

    @property
    def document(self) -> tuple[str, str, str]:
        """Which document it is of."""
        return self.document_type, self.document_id, self.case


def claims_of(data: MasterData, document: Document, case: str = "") -> tuple[Claim, ...]:
    """The claims of a document, the one of the whole first, with what master data say now.

    Two documents with one id and different cases are two: systems may use the same ids.
    """
    whole = _whole(data, document, case)
    if document.type != "expense_report":
        return (whole,)
    return (whole, *(_expense(whole, line) for line in document.lines))


def _whole(data: MasterData, document: Document, case: str) -> Claim:
    net, tax = net_of(document), tax_of(document)
    supplier = data.suppliers.get(document.supplier)
    group = supplier.group if supplier is not None else ""
    name = supplier.name if supplier is not None else document.supplier
    return Claim(
        document_type=document.type,
        document_id=document.id,
        case=case,
        line=0,
        family=family_of(document.type),
        is_credit=document.type == "credit_note" or (net is not None and net.minor < 0),
        entity=document.entity,
        requester=data.person_of(document.requester, document.submitted_at) or document.requester,
        supplier=document.supplier,
        parties=_values(_parties(data, document)),
        members=data.groups.get(group, ()) if group else (),
        names=_one(normalised_name(name)),
        number=printed(document.number),
        number_normalised=normalised(document.number),
        numbers_similar=_similar(document.number),
        currency=document.currency,
        amounts=_amounts(net, tax),
        document_date=document.document_date,
        submitted_on=document.submitted_at.astimezone(UTC).date(),
        purchase_order=normalised(document.purchase_order),
        gl_account=_alike(line.gl_account for line in document.lines),
        named=_values(_named(document)),
    )


def _expense(whole: Claim, line: Line) -> Claim:
    """One expense: who was paid is the merchant, and the day is the day of the expense."""
    merchant, day = line.details.get("merchant"), line.details.get("expense_date")
    name = normalised_name(merchant) if isinstance(merchant, str) else ""
    return Claim(
        document_type=whole.document_type,
        document_id=whole.document_id,
        case=whole.case,
        line=line.number,
        family=whole.family,
        is_credit=line.net.minor < 0,
        entity=whole.entity,
        requester=whole.requester,
        supplier="",
        parties=whole.parties,
        members=(),
        names=_one(name),
        number=printed(line.source_id),
        number_normalised=normalised(line.source_id),
        numbers_similar=_similar(line.source_id),
        currency=whole.currency,
        amounts=_amounts(line.net if line.is_valued else None, line.tax),
        document_date=day if isinstance(day, date) else whole.document_date,
        submitted_on=whole.submitted_on,
        purchase_order="",
        gl_account=line.gl_account,
    )


def family_of(type_: str) -> str:
    """Documents of two families never claim the same."""
    return "claim" if type_ in CLAIMING or type_ not in BUILT_IN_DOCUMENTS else type_


def _amounts(net: Money | None, tax: Money | None) -> tuple[int, ...]:
    """The net, and with its tax where there is any: nobody knows which of them the other states."""
    if net is None:
        return ()
    return (net.minor,) if tax is None or not tax.minor else (net.minor, net.minor + tax.minor)


def _parties(data: MasterData, document: Document) -> Iterator[str]:
    """Who is paid, by everything that two records of one supplier may have in common."""
    if document.supplier:
        yield f"supplier:{document.supplier}"
    known = data.suppliers.get(document.supplier)
    if known is not None:
        if known.group:
            yield f"group:{known.group}"
        yield from known.tax_ids  # tokens already
        yield from known.accounts
    for kind, field in (("tax_id", "tax_ids"), ("bank_account", "pay_to")):
        stated = document.details.get(field, ())
        for each in stated if isinstance(stated, tuple) else ():
            yield data.token(kind, each.account if isinstance(each, BankDetails) else each)
    if document.type == "expense_report":
        paid = document.beneficiaries or (document.requester,)
        yield from (f"person:{data.person_of(p, document.submitted_at) or p}" for p in paid)


def _named(document: Document) -> Iterator[str]:
    """The documents that this one is about, by id or number; an invoice names none."""
    for field in _NAMING if document.details else ():
        stated = document.details.get(field, ())
        for text in stated if isinstance(stated, tuple) else (stated,):
            if isinstance(text, str) and normalised(text):
                yield normalised(text)


def _values(found: Iterable[str]) -> Values:
    stated = set(filter(None, found))
    return tuple(sorted(stated) if len(stated) > 1 else stated)


def _one(text: str) -> Values:
    return (text,) if text else ()


@lru_cache(MOST_KEPT)
def _similar(number: str) -> Values:
    return _values(similar(number))


def _alike(values: Iterable[str]) -> str:
    """What all lines state; empty where they differ."""
    found = set(values)
    return found.pop() if len(found) == 1 else ""
