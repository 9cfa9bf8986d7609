"""What a document is about, as keys: how acts on other documents are found that matter to it.

A key is text. The prefix says what two documents have in common that share it:

    number:    they are one paper: same type, same printed number, same supplier (or entity)
    document:  one names the other, or both name a third
    supplier:  they are about one supplier, its group included
    object:    they are about one thing: a contract, project, customer, subscription, bank account,
               policy set, delegator; the supplier of a supplier request; the document that another
               amends, changes, corrects, refunds or reverses

Keys are kept with an act as they were when it was done. What master data say later of a group is
among the keys of the later document, so that neither joining nor leaving a group hides an act.
Account numbers and tax ids are in keys as tokens only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from engine.documents.derived import suppliers_of
from engine.documents.model import BankDetails, Document, Line
from engine.errors import PolicyError
from engine.facts.vocabulary import BUILT_IN_DOCUMENTS
from engine.master_data import MasterData
from engine.tokens import bare

Name = tuple[str, str]  # type and id of a document

PAYABLE: Final = ("invoice", "credit_note", "expense_report", "customer_refund")
# Which fields name other documents, and of which types these are.
REFERENCES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "amends": ("contract",),
        "changes": ("purchase_order",),
        "corrects": ("invoice",),
        "refunds": ("invoice",),
        "reverses": ("journal_entry",),
        "pays": PAYABLE,
    }
)
OVERRULED: Final = frozenset({"amends", "changes", "corrects", "refunds", "reverses"})
NUMBERED_BY_SUPPLIER: Final = frozenset({"invoice", "credit_note"})
ACCOUNTS: Final = ("pay_to", "pay_from", "bank_details")
MOST_LINKED: Final = 10_000  # documents of one chain; a longer one is no chain but a fault


def about(data: MasterData, document: Document, now: datetime) -> frozenset[str]:
    """Every key of the document, with what master data say now of its supplier."""
    return frozenset(
        [
            *_numbers(data, document),
            *(f"document:{name}" for name in _own_names(data, document)),
            *(
                f"document:{name}"
                for reference in _references(document)
                for name in _named(data, document, *reference)
            ),
            *_suppliers(data, document),
            *_objects(data, document, now),
        ]
    )


def chain_of(
    keys: Iterable[str], look_up: Callable[[frozenset[str]], Iterable[tuple[Name, Iterable[str]]]]
) -> frozenset[Name]:
    """The documents that lead to the one of these keys or follow from it, in any number of steps.

    `look_up` names the documents that have one of some keys, each with all of its own. Raises
    `PolicyError` where there are more than anybody could have meant.
    """
    found: set[Name] = set()
    asked: set[str] = set()
    open_ = {key for key in keys if key.startswith("document:")}
    while open_:
        asked |= open_
        seen = list(look_up(frozenset(open_)))
        found |= {name for name, _ in seen}
        if len(found) > MOST_LINKED:
            raise PolicyError(f"a chain of more than {MOST_LINKED} documents")
        theirs = {key for _, each in seen for key in each if key.startswith("document:")}
        open_ = theirs - asked
    return frozenset(found)


def _numbers(data: MasterData, document: Document) -> Iterator[str]:
    """The printed number, whatever id the document was sent with."""
    number = _bare(document.number)
    if number:
        yield f"number:{document.type}/{_numbering(data, document)}/{number}"


def _numbering(data: MasterData, document: Document) -> str:
    """Whose numbers they are: the supplier's on what he sends, else our own."""
    if document.type in NUMBERED_BY_SUPPLIER:
        return _group(data, document.supplier)
    return document.entity


def _bare(number: str) -> str:
    """A number without what is written differently on purpose or by accident."""
    return bare(number).lstrip("0") or number


def _own_names(data: MasterData, document: Document) -> Iterator[str]:
    """How others may name the document: by its id or by what is printed on it."""
    yield f"{document.type}/{document.id}"
    if not document.number:
        return
    if document.type in NUMBERED_BY_SUPPLIER:
        yield _number_of_supplier(data, document, document.type, document.number)
    else:
        yield f"{document.type}/{document.number}"


def _named(data: MasterData, document: Document, type_: str, name: str) -> Iterator[str]:
    """A document that this one names, by id or by number."""
    yield f"{type_}/{name}"
    if type_ in NUMBERED_BY_SUPPLIER and document.supplier:
        yield _number_of_supplier(data, document, type_, name)


def _number_of_supplier(data: MasterData, document: Document, type_: str, number: str) -> str:
    return f"{type_}/{_group(data, document.supplier)}/{_bare(number)}"


def _references(document: Document) -> Iterator[Name]:
    """The documents that this one names. `source_ids` name one where a name is a type."""
    if document.contract:
        yield "contract", document.contract
    if document.purchase_order:
        yield "purchase_order", document.purchase_order
    for field, types in REFERENCES.items():
        for holder in _holders(document):
            for name in _texts(holder, field):
                yield from ((type_, name) for type_ in types)
    for source, name in document.source_ids.items():
        if source in BUILT_IN_DOCUMENTS and name:
            yield source, name


def _group(data: MasterData, supplier: str) -> str:
    known = data.suppliers.get(supplier)
    return (known.group if known is not None else "") or supplier


def _suppliers(data: MasterData, document: Document) -> Iterator[str]:
    """The supplier, its group, and who else is in it; a supplier without an id by its tax ids."""
    for stated in _texts(document, "tax_ids"):
        yield f"supplier:{data.token('tax_id', stated)}"
    for supplier in suppliers_of(document):
        group = _group(data, supplier)
        for name in (supplier, group, *data.groups.get(group, ())):
            yield f"supplier:{name}"
        known = data.suppliers.get(supplier)
        for tax_id in known.tax_ids if known is not None else ():  # tokens already
            yield f"supplier:{tax_id}"


def _objects(data: MasterData, document: Document, now: datetime) -> Iterator[str]:
    yield from (f"object:{name}" for name in _own_names(data, document))
    for field in OVERRULED:
        for name in _texts(document, field):
            for type_ in REFERENCES[field]:
                yield from (f"object:{one}" for one in _named(data, document, type_, name))
    for kind, names in _things(data, document, now):
        yield from (f"object:{kind}/{name}" for name in names if name)
    for field in ACCOUNTS:
        for holder in _holders(document):
            stated = holder.details.get(field, ())
            for details in stated if isinstance(stated, tuple) else ():
                if isinstance(details, BankDetails):
                    yield f"object:{data.token('bank_account', details.account)}"


def _things(
    data: MasterData, document: Document, now: datetime
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What the document is about, by kind."""
    yield "contract", (document.contract,)
    yield "project", (document.project, *(line.project for line in document.lines))
    yield "customer", (document.customer, *(line.customer for line in document.lines))
    yield "subscription", tuple(_texts(document, "subscription"))
    yield "policy", tuple(_texts(document, "policy_set"))
    delegators = [data.person_of(name, now) or name for name in _texts(document, "delegator")]
    yield "delegator", tuple(delegators)
    if document.type == "supplier_request":
        taxed = tuple(data.token("tax_id", stated) for stated in _texts(document, "tax_ids"))
        yield "supplier", (_group(data, document.supplier), *taxed)


def _holders(document: Document) -> tuple[Document | Line, ...]:
    """The header and the lines: the items of a payment run stand on its lines."""
    return document, *document.lines


def _texts(holder: Document | Line, field: str) -> Iterator[str]:
    """What a field states that only some types have, one text or several."""
    stated = holder.details.get(field, ())
    for text in stated if isinstance(stated, tuple) else (stated,):
        if isinstance(text, str) and text:
            yield text
