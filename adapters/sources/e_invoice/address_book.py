"""Whose invoice is it, and who needed what it bills: what no invoice says in our words.

The address book is a CSV file that the company writes, a row for each way in which it is addressed:

    identifier,entity,requester,supplier
    DE123456789,DE01,,
    04011000-12345-34,DE02,hans,
    0088:4012345000009,,,S-7
    ,,petra,

`identifier` is the VAT number, Leitweg-ID (buyer reference), register number, id or electronic
address of the buyer; the row without one holds where no other says something. A row with a
`supplier` names one by an identifier that the master data do not have.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from adapters.sources.csv_rows import read_rows
from engine.errors import InputError, InputErrors
from engine.master_data import MasterData
from engine.quoting import quoted
from engine.tokens import Tokens, bare, token

COLUMNS: Final = ("identifier", "entity", "requester", "supplier")


@dataclass(frozen=True, slots=True)
class Address:
    """What an identifier stands for; empty where it says nothing of it."""

    entity: str = ""
    requester: str = ""
    supplier: str = ""


@dataclass(frozen=True, slots=True)
class AddressBook:
    """Addresses by their identifier, in which only letters and digits count."""

    addresses: Mapping[str, Address] = field(default_factory=dict)
    otherwise: Address = Address()

    def find(self, identifiers: Iterable[str]) -> tuple[Address, ...]:
        """Every address that one of the identifiers has, each once."""
        known = (self.addresses.get(bare(one)) for one in identifiers if bare(one))
        return tuple(dict.fromkeys(address for address in known if address is not None))


@dataclass(frozen=True, slots=True)
class KnownSuppliers:
    """Ids of suppliers by the tokens of their tax ids and accounts; who is taxed; contracts."""

    by_token: Mapping[str, frozenset[str]] = field(default_factory=dict)
    taxed: frozenset[str] = frozenset()
    contracts: Mapping[str, str] = field(default_factory=dict)  # supplier by contract
    tokens: Tokens = token

    @staticmethod
    def of(data: MasterData) -> KnownSuppliers:
        """Those of the master data."""
        found: dict[str, set[str]] = {}
        for supplier in data.suppliers.values():
            for each in supplier.tax_ids | supplier.accounts:
                found.setdefault(each, set()).add(supplier.id)
        return KnownSuppliers(
            MappingProxyType({each: frozenset(ids) for each, ids in found.items()}),
            frozenset(one.id for one in data.suppliers.values() if one.tax_ids),
            MappingProxyType({each.id: each.supplier for each in data.contracts.values()}),
            data.token,
        )

    def named(self, kind: str, texts: Iterable[str]) -> frozenset[str]:
        """Suppliers that have one of these; `kind` is `tax_id` or `bank_account`."""
        tokens = (self.tokens(kind, text) for text in texts if bare(text))
        return frozenset().union(*(self.by_token.get(each, ()) for each in tokens))


def read_address_book(data: bytes) -> AddressBook:
    """The book in a CSV file. Raises `InputErrors` with every line that cannot be read."""
    return _book(read_rows(data, COLUMNS))


def _book(rows: Iterable[tuple[int, Mapping[str | None, object]]]) -> AddressBook:
    addresses: dict[str, Address] = {}
    lines: dict[str, int] = {}
    errors: list[InputError] = []
    for line, row in rows:
        cells = {name: str(row.get(name) or "").strip() for name in COLUMNS}
        if row.get(None) or not any(cells.values()):
            errors.append(InputError("wrong_row", f"line {line}", "expected four cells, not empty"))
            continue
        key = bare(cells["identifier"])
        address = Address(cells["entity"], cells["requester"], cells["supplier"])
        fault = _fault(cells["identifier"], key, address)
        if fault:
            errors.append(InputError("wrong_row", f"line {line}", fault))
        elif key in lines:
            message = f"expected each identifier once, found it in line {lines[key]} as well"
            errors.append(InputError("duplicate_entry", f"line {line}", message))
        lines.setdefault(key, line)
        addresses[key] = address
    if errors:
        raise InputErrors(tuple(errors))
    otherwise = addresses.pop("", Address())
    return AddressBook(MappingProxyType(addresses), otherwise)


def _fault(identifier: str, key: str, address: Address) -> str:
    if identifier and not key:
        return f"expected letters or digits in the identifier, found {quoted(identifier)}"
    if not identifier and address.supplier:
        return "expected an identifier before a supplier, found nothing"
    if address.supplier and (address.entity or address.requester):
        return "expected a supplier or an entity, found both"
    if not (address.supplier or address.entity or address.requester):
        return "expected an entity, a requester or a supplier, found nothing"
    return ""
