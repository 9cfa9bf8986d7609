"""What a document states, taken apart by name: own fields, declared facts, and what nobody knows.

A name at the top level is the type's own field where it has one, otherwise a declared fact; under
`facts` it is always a declared fact. Nothing that is empty counts as stated.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from pydantic_core import PydanticCustomError

from engine.documents.catalogue import OWNERS
from engine.documents.complaints import Complaints, key_text, unknown_field
from engine.documents.fields import MOST_FACTS, MOST_LINE_FACTS, MOST_LINES
from engine.documents.header import Header, LineSheet
from engine.documents.stated_facts import (
    BUILT_IN_NAMES,
    fact_value,
    why_built_in_is_not_stated,
    why_not_stated,
)
from engine.facts.kinds import FactValue, Kind
from engine.facts.vocabulary import Fact, Of
from engine.money import EXPONENTS
from engine.quoting import found, quoted

# What the one line that `amount` stands for may state beside it.
BESIDE_AMOUNT: Final = ("tax", "tax_recovery", "gl_account", "tax_code", "expense_type")
MOST_GUESSES: Final = 50  # what an unknown field may have meant; guessing takes time
IN_CURRENCY: Final = ("amount", "maximum", "options", "original_net", "delegation_cap")


@dataclass(slots=True)
class Parts:
    """One document taken apart. `papers` says of each paper stated whether it is present.

    `is_short`: the only line was stated as `amount`; it stands in `header["lines"]` all the same.
    """

    header: dict[str, object] = field(default_factory=dict)
    facts: dict[str, FactValue] = field(default_factory=dict)
    line_facts: list[dict[str, FactValue]] = field(default_factory=list)
    papers: dict[str, bool] = field(default_factory=dict)
    is_short: bool = False


class Taking:
    """Takes one document apart, with the facts that its policy set declares."""

    __slots__ = ("complaints", "facts", "guesses", "parts", "sheet", "type_is_known")

    def __init__(
        self,
        sheet: type[Header],
        facts: Mapping[str, Fact],
        complaints: Complaints,
        type_is_known: bool,
    ) -> None:
        self.sheet = sheet
        self.facts = facts
        self.complaints = complaints
        self.type_is_known = type_is_known
        self.parts = Parts()
        self.guesses = 0

    def take(self, raw: Mapping[object, object]) -> Parts:
        """All parts of the document; what is wrong with names and facts is complained about."""
        parts, has_lines = self.parts, self.sheet.line_sheet is not None
        parts.is_short = has_lines and not _is_empty(raw.get("amount"))
        short_facts: dict[str, FactValue] = {}
        for name, value in raw.items():
            if _is_empty(value):
                continue
            if name == "facts":
                self._take_facts(value, "facts", parts.facts, on_line=False)
            elif isinstance(name, str) and name in self.sheet.model_fields:
                parts.header[name] = value
            elif (fact := self._declared(name)) is not None:
                on_line = parts.is_short and fact.of is Of.LINE
                into = short_facts if on_line else parts.facts
                self._take_fact(fact, value, key_text(name), into, on_line)
            else:
                self._complain_of_unknown(name, "", self.sheet.model_fields)
        if len(parts.facts) > MOST_FACTS:
            self.complaints.add("too_many", "facts", _too_many(MOST_FACTS, len(parts.facts)))
        self._take_lines(short_facts)
        if "beneficiary" in parts.header and "beneficiaries" in parts.header:
            self.complaints.add(
                "duplicate_field", "beneficiary", "expected this or `beneficiaries`, found both"
            )
        return parts

    def _take_lines(self, short_facts: dict[str, FactValue]) -> None:
        header, sheet = self.parts.header, self.sheet.line_sheet
        if sheet is None:
            return
        lines = header.get("lines")
        if lines == [] or lines == ():
            lines = header.pop("lines")
        beside = [name for name in BESIDE_AMOUNT if name in header]
        if self.parts.is_short:
            if lines:
                self.complaints.add(
                    "duplicate_field", "amount", "expected this or `lines`, found both"
                )
            line = {name: header.pop(name) for name in beside}
            header["lines"] = [{"number": 1, "net": header.pop("amount"), **line}]
            self.parts.line_facts.append(short_facts)
            return
        for name in beside:
            del header[name]
            self.complaints.add("misplaced_field", name, "expected on each line, found here")
        if isinstance(lines, list | tuple) and lines and len(lines) <= MOST_LINES:
            own = [self._line(line, index, sheet) for index, line in enumerate(lines)]
            self._check_numbers(own)
            header["lines"] = own
        if self.sheet.needs_amount and not lines and "maximum" not in header:
            self.complaints.add(
                "missing_field", "lines", "expected `lines` or `amount`, found neither"
            )

    def _line(self, raw: object, index: int, sheet: type[LineSheet]) -> object:
        facts: dict[str, FactValue] = {}
        self.parts.line_facts.append(facts)
        if not isinstance(raw, dict):
            return raw
        own: dict[str, object] = {"number": index + 1}
        for name, value in raw.items():
            if _is_empty(value):
                continue
            if name == "facts":
                self._take_facts(value, f"lines[{index}].facts", facts, on_line=True)
            elif name in sheet.model_fields:
                own[name] = value
            elif (fact := self._declared(name)) is not None:
                path = f"lines[{index}].{key_text(name)}"
                self._take_fact(fact, value, path, facts, on_line=True)
            else:
                self._complain_of_unknown(name, f"lines[{index}].", sheet.model_fields)
        if len(facts) > MOST_LINE_FACTS:
            message = _too_many(MOST_LINE_FACTS, len(facts))
            self.complaints.add("too_many", f"lines[{index}].facts", message)
        return own

    def _check_numbers(self, lines: Iterable[object]) -> None:
        seen: dict[object, int] = {}
        for index, line in enumerate(lines):
            number = line["number"] if isinstance(line, dict) else None
            if isinstance(number, int) and seen.setdefault(number, index) != index:
                self.complaints.add(
                    "duplicate_line",
                    f"lines[{index}].number",
                    f"expected a number of its own, found {found(number)}"
                    f" as on `lines[{seen[number]}]`",
                )

    def _take_facts(
        self, raw: object, path: str, into: dict[str, FactValue], on_line: bool
    ) -> None:
        if not isinstance(raw, dict):
            self.complaints.add("wrong_type", path, f"expected an object, found {found(raw)}")
            return
        for name, value in raw.items():
            if _is_empty(value):
                continue
            if (fact := self._declared(name)) is not None:
                self._take_fact(fact, value, f"{path}.{key_text(name)}", into, on_line)
            else:
                self._complain_of_unknown(name, f"{path}.", ())

    def _declared(self, name: object) -> Fact | None:
        """The company's own fact of this name; a built-in one is stated as a field, if at all."""
        if not isinstance(name, str) or name in BUILT_IN_NAMES:
            return None
        return self.facts.get(name)

    def _take_fact(
        self, fact: Fact, value: object, path: str, into: dict[str, FactValue], on_line: bool
    ) -> None:
        if self.complaints.is_full:
            return
        if reason := why_not_stated(fact, on_line):
            self.complaints.add("not_stated_here", path, f"{quoted(fact.name)} {reason}")
            return
        if fact.name in into or (not on_line and fact.name in self.parts.papers):
            message = f"{quoted(fact.name)} is stated twice, here and outside of `facts`"
            self.complaints.add("duplicate_field", path, message)
            return
        try:
            known = fact_value(fact, value)
        except PydanticCustomError as error:
            self.complaints.add(error.type, path, str(error.context and error.context["message"]))
            return
        if fact.kind is Kind.PAPER and not on_line:
            self.parts.papers[fact.name] = known is True
        else:
            into[fact.name] = known

    def _complain_of_unknown(self, name: object, prefix: str, fields: Iterable[str]) -> None:
        if self.complaints.is_full:
            return
        path = prefix + key_text(name)
        if not isinstance(name, str):
            self.complaints.add("wrong_type", path, f"expected a name as text, found {found(name)}")
            return
        if name in OWNERS:
            if self.type_is_known:
                message = f"{quoted(name)} is a field of {quoted(OWNERS[name])}, not of this type"
                self.complaints.add("unknown_field", path, message)
            return
        if name in BUILT_IN_NAMES:
            message = f"{quoted(name)} {why_built_in_is_not_stated(name)}"
            self.complaints.add("not_stated_here", path, message)
            return
        if self.guesses == MOST_GUESSES:
            self.complaints.add("unknown_field", path, unknown_field(name, ()))
            return
        self.guesses += 1
        on_line = prefix.startswith("lines")
        statable = [
            fact.name
            for fact in self.facts.values()
            if fact.name not in BUILT_IN_NAMES and not why_not_stated(fact, on_line)
        ]
        self.complaints.add("unknown_field", path, unknown_field(name, [*fields, *statable]))


def currency_of_document(header: dict[str, object], complaints: Complaints) -> str:
    """The currency of all amounts: stated, or written after one of them; empty if not clear."""
    stated = header.get("currency")
    if stated is not None:  # whether it is one is complained about elsewhere
        return stated if isinstance(stated, str) and stated in EXPONENTS else ""
    lines = header.get("lines")
    entries = lines if isinstance(lines, list) else []
    nets = [line.get("net") for line in entries if isinstance(line, dict)]
    amounts = [header[name] for name in IN_CURRENCY if name in header]
    for amount in (*nets, *amounts):
        suffix = amount.partition(" ")[2] if isinstance(amount, str) else ""
        if suffix in EXPONENTS:
            header["currency"] = suffix
            return suffix
    if lines or amounts:
        complaints.add(
            "missing_field", "currency", "expected the currency of the amounts, found nothing"
        )
    return ""


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value)


def _too_many(most: int, count: int) -> str:
    return f"expected at most {most} facts, found {count}"
