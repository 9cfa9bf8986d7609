"""From what an invoice says of buyer and seller to entity, requester and supplier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adapters.sources.e_invoice.address_book import Address, AddressBook, KnownSuppliers
from engine.errors import InputError
from engine.quoting import quoted

Party = Mapping[str, str]  # the fields of a party of the canonical document


def addressed(
    book: AddressBook, buyer: Party, buyer_reference: str, place: str, errors: list[InputError]
) -> Address:
    """Entity and requester. Identifiers that name two entities, or none, are complained about."""
    found = book.find((buyer_reference, *_identifiers(buyer)))
    entities = sorted({address.entity for address in found if address.entity})
    requesters = sorted({address.requester for address in found if address.requester})
    entity = _single("entity", entities, book.otherwise.entity, place, errors)
    requester = _single("requester", requesters, book.otherwise.requester, place, errors)
    return Address(entity, requester)


def _single(
    what: str, found: list[str], otherwise: str, place: str, errors: list[InputError]
) -> str:
    if len(found) > 1:
        names = " and ".join(quoted(name) for name in found[:5])
        message = f"expected a buyer of one {what}, found {names} in the address book"
        errors.append(InputError("ambiguous_address", place, message))
        return ""
    name = found[0] if found else otherwise
    if not name:
        message = f"expected a buyer whose {what} the address book has, found none"
        errors.append(InputError("unknown_address", place, message))
    return name


def supplier_of(
    book: AddressBook, known: KnownSuppliers, seller: Party, accounts: tuple[str, ...]
) -> str:
    """The supplier whom the seller is; empty where that is not certain.

    What the seller says of his taxes decides. Then his other identifiers, by the address book; then
    his account, unless its owner is known by another tax id than the one stated.
    """
    taxed = tuple(text for text in (seller.get("vat_id", ""), seller.get("tax_id", "")) if text)
    listed = {each.supplier for each in book.find(_identifiers(seller)) if each.supplier}
    by_account = known.named("bank_account", accounts)
    if taxed:
        by_account -= known.taxed
    for found in (known.named("tax_id", taxed), frozenset(listed), by_account):
        if found:
            return next(iter(found)) if len(found) == 1 else ""
    return ""


def _identifiers(party: Party) -> Iterator[str]:
    """What somebody is known by; an identifier with a scheme before it counts without, too."""
    for name in ("vat_id", "tax_id", "registration", "id", "endpoint"):
        text = party.get(name, "")
        if text:
            yield text
            scheme, colon, rest = text.partition(":")
            if colon and scheme.isalnum():
                yield rest
