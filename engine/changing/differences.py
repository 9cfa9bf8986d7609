"""How two contents of one document differ: by field and line, and by the facts a policy names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from engine.documents.canonical_form import Plain, to_canonical
from engine.documents.derived import line_facts, own_facts
from engine.documents.model import BankDetails, Document

# A name that policies use for every account that a document itself states.
OF_BANK: Final = "bank_account"
_BANK_FIELDS: Final = frozenset({"bank_details", "pay_to", "pay_from"})
# Of the facts of a document, those that it does not state: nobody changes them by changing it.
OF_MASTER_DATA: Final = frozenset(
    "commitment.net contract.net contract.original now document.type".split()
)
# Facts of a line that the header states, too.
_SHARED: Final = frozenset(
    "category cost_center project customer gl_account tax_code expense_type capex".split()
)


def differences(before: Document, after: Document) -> tuple[str, ...]:
    """The fields that differ, sorted; those of a line as `lines/2/net`. Names only, no values."""
    one, other = _flat(to_canonical(before)), _flat(to_canonical(after))
    names = one.keys() | other.keys()
    return tuple(sorted(name for name in names if one.get(name) != other.get(name)))


def changed_facts(before: Document, after: Document, names: Collection[str]) -> tuple[str, ...]:
    """Those of the named facts and fields of which the documents state something else, sorted.

    A fact of lines has changed where a line states another value, or where a value came or went.
    """
    one, other = own_facts(before), own_facts(after)
    lines = line_facts(before), line_facts(after)
    numbers = [line.number for line in before.lines], [line.number for line in after.lines]
    found = []
    for name in names:
        if name == OF_BANK:
            if _accounts(before) != _accounts(after):
                found.append(name)
            continue
        of_lines = tuple(
            dict(zip(each, (facts.get(name) for facts in of), strict=True))
            for each, of in zip(numbers, lines, strict=True)
        )
        on_lines = name in _SHARED or any(
            value is not None for each in of_lines for value in each.values()
        )
        if on_lines and (before.lines or after.lines):
            if _differs_on_lines(*of_lines):
                found.append(name)
        elif one.get(name) != other.get(name) or _stated(before, name) != _stated(after, name):
            found.append(name)
    return tuple(sorted(found))


def _differs_on_lines(one: Mapping[int, object], other: Mapping[int, object]) -> bool:
    both = one.keys() & other.keys()
    return any(one[n] != other[n] for n in both) or {*one.values()} != {*other.values()}


def _stated(document: Document, name: str) -> object:
    """The field itself, where the fact is absent because several are stated."""
    return document.beneficiaries if name == "beneficiary" else None


def _accounts(document: Document) -> list[tuple[str, object]]:
    """Every account on header and lines, in their order."""
    found = [*_of(document.details)]
    for line in document.lines:
        found += [(f"{line.number}/{name}", detail) for name, detail in _of(line.details)]
    return found


def _of(details: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name in sorted(details):
        detail = details[name]
        is_bank = isinstance(detail, tuple) and any(isinstance(d, BankDetails) for d in detail)
        if is_bank or name in _BANK_FIELDS:
            yield name, detail


def _flat(plain: Mapping[str, Plain]) -> dict[str, Plain]:
    found: dict[str, Plain] = {}
    for name, value in plain.items():
        if name == "lines" and isinstance(value, list):
            for position, line in enumerate(value, start=1):
                if isinstance(line, dict):
                    number = line.get("number", position)
                    found |= {f"lines/{number}/{key}": inner for key, inner in line.items()}
        elif isinstance(value, dict):
            found |= {f"{name}/{key}": inner for key, inner in value.items()}
        else:
            found[name] = value
    return found
