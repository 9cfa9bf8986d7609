"""A document out of its canonical form: the inverse of `to_canonical`, with the standard library.

`accept` reads what anybody may have sent and needs pydantic for it; what was accepted once is read
back here wherever Python runs, so that a decision can be performed again from its record. Instead
of a value that a reader may not see stands `{"committed": "sha256:..."}`. The document is made
without it, and which places these are is said; where a type of document has such a field, the
field is there and empty, as stating it is a fact of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, TypeVar

from engine.documents.canonical_form import document_digest
from engine.documents.model import (
    Attachment,
    BankDetails,
    Comment,
    Detail,
    Document,
    Line,
    Party,
)
from engine.errors import CountersignError, NotReadBack
from engine.facts.kinds import Duration, FactValue, Kind
from engine.facts.vocabulary import BUILT_IN_DOCUMENTS, Fact
from engine.money import EXPONENTS, Exact, Money, parse_amount

Plain = Mapping[str, Any]
V = TypeVar("V")

COMMITTED: Final = "committed"
# How the own fields of document types are read that are neither text nor yes or no. A field has one
# meaning on whichever type it stands; a test compares these with the declared models.
DAYS: Final = frozenset(
    "adjusted_from contract_end contract_start delivered_on delivery_date due_date execution_date"
    " expense_date first_day in_force_from last_day needed_by period_end period_start received_on"
    " reverse_on tax_point_date trip_end trip_start".split()
)
MOMENTS: Final = frozenset({"called_back_at", "in_force_at"})
AMOUNTS: Final = frozenset("charged delegation_cap original_net payable prepaid rounding".split())
NUMBERS: Final = frozenset(
    "accepted_quantity attendees change_number discount_percent order_line tax_rate".split()
)
LISTS: Final = frozenset(
    "bank_details delegated_categories delegated_documents delegated_entities paid_from pay_from"
    " pay_to preceding tax_ids".split()
)
PARTIES: Final = frozenset({"billed_to", "payable_to", "seller", "tax_representative"})

_HEADER_TEXTS: Final = (
    "currency number title submitter buyer receiver supplier customer category cost_center project"
    " department contract purchase_order".split()
)
_LINE_TEXTS: Final = (
    "category cost_center project customer gl_account tax_code expense_type unit_of_measure"
    " description item source_id".split()
)
_HEADER: Final = frozenset(
    "type id entity requester version capex submitted_at document_date posting_date maximum options"
    " beneficiaries papers lines attachments comments source_ids dimensions facts".split()
).union(_HEADER_TEXTS)
_LINE: Final = frozenset(
    "number net tax tax_recovery capex quantity price dimensions facts".split()
).union(_LINE_TEXTS)
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)
# Longer than any number that is written; a short text can ask for a number that fills the memory.
_NUMBER: Final = re.compile(r"-?\d{1,80}(?:\.\d{1,200}|/[1-9]\d{0,199})?", re.ASCII)
_LENGTH: Final = re.compile(r"(?:(\d{1,7}) months)?(?:(?:^| )(\d{1,7}) days)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A document, and the places of it that were withheld (`lines[2].pay_to`), in their order."""

    document: Document
    withheld: tuple[str, ...] = ()


def is_withheld(value: object) -> bool:
    """Whether a commitment stands instead of a value."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    text = value.get(COMMITTED)
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


def read_back(
    plain: Plain,
    facts: Mapping[str, Fact],
    documents: frozenset[str],
    *,
    received_at: datetime,
    digest: str = "",
) -> ReadBack:
    """The document that canonical plain values state.

    `facts` and `documents` are those of the policy set. `digest` names the content where places of
    it are withheld; of a whole document it is worked out. Raises `NotReadBack` for what no document
    was written as.
    """
    try:
        return _Reading(facts).document(plain, documents, received_at.astimezone(UTC), digest)
    except (CountersignError, KeyError, ValueError, TypeError) as problem:
        raise NotReadBack(f"what is kept is no document: {problem}") from problem


class _Reading:
    """One document while it is read."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self._facts = facts
        self._currency = ""
        self._withheld: list[str] = []

    def document(
        self, plain: Plain, documents: frozenset[str], received_at: datetime, digest: str
    ) -> ReadBack:
        stated = self._stated(plain, "")
        if (type := _text(plain["type"])) not in documents and type not in BUILT_IN_DOCUMENTS:
            raise ValueError("its type is not known")
        self._currency = _text(stated.get("currency", ""))
        submitted_at = stated.get("submitted_at")
        made = Document(
            type=type,
            id=_text(stated["id"]),
            entity=_text(stated["entity"]),
            requester=_text(stated.get("requester", "")),
            version=_whole(stated["version"]),
            submitted_at=received_at if submitted_at is None else _moment(submitted_at),
            is_submission_stated=submitted_at is not None,
            **{name: _text(stated[name]) for name in _HEADER_TEXTS if name in stated},
            capex=_yes_no(stated.get("capex")),
            document_date=_day_or_none(stated.get("document_date")),
            posting_date=_day_or_none(stated.get("posting_date")),
            maximum=self._amount_or_none(stated.get("maximum")),
            options=self._amount_or_none(stated.get("options")),
            beneficiaries=_texts(stated.get("beneficiaries", ())),
            papers=frozenset(_texts(stated.get("papers", ()))),
            lines=tuple(
                self._line(each, f"lines[{number}].")
                for number, each in enumerate(_list(stated.get("lines", ())))
            ),
            attachments=tuple(
                Attachment(**self._stated(each, f"attachments[{number}]."))
                for number, each in enumerate(_list(stated.get("attachments", ())))
            ),
            comments=tuple(
                self._comment(self._stated(each, f"comments[{number}]."))
                for number, each in enumerate(_list(stated.get("comments", ())))
            ),
            source_ids=self._words(stated, "source_ids", ""),
            dimensions=self._words(stated, "dimensions", ""),
            facts=self._facts_of(stated, ""),
            details=self._details(plain, stated, _HEADER, ""),
        )
        # Before anybody sees it; `replace` would copy three dozen fields for the sake of this one.
        object.__setattr__(made, "digest", digest if self._withheld else document_digest(made))
        return ReadBack(made, tuple(self._withheld))

    def _stated(self, plain: object, prefix: str) -> dict[str, Any]:
        """What stands there and is not withheld."""
        if not isinstance(plain, dict):
            raise TypeError(f"`{prefix}` is no object")
        withheld = [name for name, value in plain.items() if is_withheld(value)]
        self._withheld += [f"{prefix}{name}" for name in withheld]
        return {name: value for name, value in plain.items() if name not in withheld}

    def _line(self, plain: object, prefix: str) -> Line:
        stated = self._stated(plain, prefix)
        net = stated.get("net")
        price = stated.get("price")
        return Line(
            number=_whole(stated["number"]),
            net=Money(0, self._currency) if net is None else self._amount(net),
            is_valued=net is not None,
            **{name: _text(stated[name]) for name in _LINE_TEXTS if name in stated},
            tax=self._amount_or_none(stated.get("tax")),
            tax_recovery=_number_or_none(stated.get("tax_recovery")),
            capex=_yes_no(stated.get("capex")),
            quantity=_number_or_none(stated.get("quantity")),
            price=None if price is None else self._price(price),
            dimensions=self._words(stated, "dimensions", prefix),
            facts=self._facts_of(stated, prefix),
            details=self._details(plain, stated, _LINE, prefix),
        )

    def _comment(self, stated: dict[str, Any]) -> Comment:
        written_at = stated.get("written_at")
        return Comment(
            text=_text(stated.get("text", "")),
            author=_text(stated.get("author", "")),
            written_at=None if written_at is None else _moment(written_at),
        )

    def _words(self, stated: Plain, name: str, prefix: str) -> Mapping[str, str]:
        words = self._stated(stated.get(name, {}), f"{prefix}{name}.")
        return _frozen({word: _text(value) for word, value in words.items()})

    def _facts_of(self, stated: Plain, prefix: str) -> Mapping[str, FactValue]:
        facts = self._stated(stated.get("facts", {}), f"{prefix}facts.")
        return _frozen({name: self._fact(name, value) for name, value in facts.items()})

    def _fact(self, name: str, value: Any) -> FactValue:
        match self._facts[name].kind:
            case Kind.YES_NO | Kind.PAPER:
                return bool(_yes_no(value))
            case Kind.CHOICE | Kind.SCALE | Kind.TEXT:
                return _text(value)
            case Kind.MONEY:
                return parse_amount(_text(value["amount"]), _text(value["currency"]))
            case Kind.NUMBER:
                return _number(value)
            case Kind.DURATION:
                return _duration(value)
            case Kind.DATE:
                return date.fromisoformat(_text(value))

    def _details(
        self, plain: Any, stated: Plain, fields: frozenset[str], prefix: str
    ) -> Mapping[str, Detail]:
        """The fields of the type alone; a list that is withheld is there, and empty."""
        details: dict[str, Detail] = {}
        for name in plain:
            if name in fields:
                continue
            if name in stated:
                details[name] = self._detail(name, stated[name], f"{prefix}{name}")
            elif name in LISTS or (name, prefix) == ("pays", ""):
                details[name] = ()
            elif name in PARTIES:
                details[name] = Party()
        return _frozen(details)

    def _detail(self, name: str, value: Any, path: str) -> Detail:
        if isinstance(value, dict):
            return Party(**self._stated(value, f"{path}."))
        if isinstance(value, list):
            return self._entries(value, path)
        if isinstance(value, bool):
            return value
        if name in DAYS:
            return date.fromisoformat(_text(value))
        if name in MOMENTS:
            return _moment(value)
        if name in AMOUNTS:
            return self._amount(value)
        return _number(value) if name in NUMBERS else _text(value)

    def _entries(self, value: list[Any], path: str) -> Detail:
        if all(isinstance(each, str) for each in value):
            return tuple(value)
        found = (self._stated(each, f"{path}[{n}].") for n, each in enumerate(value))
        return tuple(BankDetails(**{"account": "", **each}) for each in found)

    def _amount(self, value: object) -> Money:
        return parse_amount(_text(value), self._currency)

    def _amount_or_none(self, value: object) -> Money | None:
        return None if value is None else self._amount(value)

    def _price(self, value: object) -> Exact:
        return Exact(_number(value) * 10 ** EXPONENTS.get(self._currency, 0), self._currency)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("expected text")
    return value


def _texts(value: object) -> tuple[str, ...]:
    return tuple(map(_text, _list(value)))


def _list(value: object) -> Sequence[object]:
    if not isinstance(value, list | tuple):
        raise TypeError("expected a list")
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("expected a whole number")
    return value


def _yes_no(value: object) -> bool | None:
    if value is not None and not isinstance(value, bool):
        raise TypeError("expected yes or no")
    return value


def _number(value: object) -> Fraction:
    if _NUMBER.fullmatch(_text(value)) is None:
        raise ValueError("expected a number")
    return Fraction(_text(value))


def _number_or_none(value: object) -> Fraction | None:
    return None if value is None else _number(value)


def _moment(value: object) -> datetime:
    found = datetime.fromisoformat(_text(value))
    if found.utcoffset() is None:
        raise ValueError("expected a moment with its zone")
    return found.astimezone(UTC)


def _day_or_none(value: object) -> date | None:
    return None if value is None else date.fromisoformat(_text(value))


def _duration(value: object) -> Duration:
    found = _LENGTH.fullmatch(_text(value))
    if found is None or not any(found.groups()):
        raise ValueError("expected a length of time")
    months, days = found.groups()
    return Duration(int(months or 0), int(days or 0))


def _frozen(values: Mapping[str, V]) -> Mapping[str, V]:
    return MappingProxyType(dict(values))
