"""Coding: what lines are charged to exists, may be posted to, and stands well together.

Each is asked of the day on which the document posts. What master data do not have is not valid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from engine.business_time import start_of_day
from engine.chart import Validity
from engine.documents.model import Line
from engine.money import Exact, Money
from engine.readiness.check import Check
from engine.readiness.finding import Asked, Evidence, Finding
from engine.readiness.parameters import Kind, Stricter, stated

Wrong = tuple[str, Evidence]  # code of what is wrong, and what clears it


def numbers(lines: Iterable[Line]) -> str:
    """`1, 3, 7`: the lines by their numbers, the first twenty of them."""
    found = sorted(line.number for line in lines)
    more = ", ..." if len(found) > 20 else ""
    return ", ".join(str(number) for number in found[:20]) + more


def by_value(lines: Iterable[Line], name: str) -> dict[str, list[Line]]:
    """The lines by what they state in a field; those that state nothing under the empty text."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(getattr(line, name), []).append(line)
    return dict(sorted(found.items()))


def _each(
    on: Asked, field: str, is_required: bool, wrong: Callable[[str], Wrong | None]
) -> Iterator[Finding]:
    """A finding for each value that is wrong, with the lines that have it."""
    for value, lines in by_value(on.document.lines, field).items():
        if not value and is_required:
            yield on.finding("coding_missing", Evidence.CODING, field=field, lines=numbers(lines))
        found = wrong(value) if value else None
        if found is not None:
            code, evidence = found
            words = {"field": field, "value": value, "lines": numbers(lines), "day": str(on.day)}
            yield on.finding(code, evidence, **words)


def needed(default: bool) -> Any:
    """The parameter that says whether every line must have one."""
    says = "whether every line must have one"
    return stated(Kind.YES_NO, says, stricter=Stricter.LARGER, default=default)


@dataclass(frozen=True, slots=True)
class CostCenterActive(Check):
    """Every cost center on a line is there, belongs to the entity, and is active on the day."""

    word: ClassVar[str] = "cost_center_active"
    says: ClassVar[str] = "its cost centers are active on the posting date"

    required: bool = needed(False)

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Every cost center that cannot be charged."""

        def wrong(id: str) -> Wrong | None:
            center = on.data.cost_centers.get(id)
            if center is None:
                return "coding_unknown", Evidence.CHART
            if center.entity != on.entity.id:
                return "coding_of_other_entity", Evidence.CODING
            days = on.data.chart.cost_centers.get(id, Validity())
            return None if days.covers(on.day) else ("coding_inactive", Evidence.CODING)

        yield from _each(on, "cost_center", self.required, wrong)


@dataclass(frozen=True, slots=True)
class ProjectActive(Check):
    """Every project on a line is there, belongs to the entity, and is active on the day."""

    word: ClassVar[str] = "project_active"
    says: ClassVar[str] = "its projects are active on the posting date"

    required: bool = needed(False)

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Every project that cannot be charged."""
        noon = start_of_day(on.day, on.entity.zone)

        def wrong(id: str) -> Wrong | None:
            project = on.data.projects.get(id)
            if project is None:
                return "coding_unknown", Evidence.CHART
            if project.entity != on.entity.id:
                return "coding_of_other_entity", Evidence.CODING
            return None if project.span.holds(noon) else ("coding_inactive", Evidence.CODING)

        yield from _each(on, "project", self.required, wrong)


@dataclass(frozen=True, slots=True)
class AccountActive(Check):
    """Every GL account on a line is in the chart of the entity, takes postings, and is active."""

    word: ClassVar[str] = "account_active"
    says: ClassVar[str] = "its GL accounts take postings on the posting date"

    required: bool = needed(True)

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Every account that cannot be posted to."""

        def wrong(id: str) -> Wrong | None:
            rows = on.data.chart.account(on.entity.id, id)
            if not rows:
                return "coding_unknown", Evidence.CHART
            valid = [row for row in rows if row.validity.covers(on.day)]
            if not valid:
                return "coding_inactive", Evidence.CODING
            is_postable = all(row.is_postable for row in valid)
            return None if is_postable else ("account_not_postable", Evidence.CODING)

        yield from _each(on, "gl_account", self.required, wrong)


@dataclass(frozen=True, slots=True)
class AccountCombination(Check):
    """Account, cost center and project of each line may stand together."""

    word: ClassVar[str] = "account_combination"
    says: ClassVar[str] = "account, cost center and project of each line may stand together"

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Every combination that no row allows on the day, or that the ERP says no to."""
        together: dict[tuple[str, str, str], list[Line]] = {}
        for line in on.document.lines:
            coded = line.gl_account, line.cost_center, line.project
            together.setdefault(coded, []).append(line)
        for coded, lines in sorted(together.items()):
            text = " / ".join(part or "-" for part in coded)
            words = {"value": text, "lines": numbers(lines), "day": str(on.day)}
            rows = on.data.chart.combinations_of(on.entity.id, coded[0])
            if not any(row.takes(*coded) and row.validity.covers(on.day) for row in rows):
                yield on.finding("combination_not_allowed", Evidence.CODING, **words)
            elif on.looked_up.says("account_combination", text) is False:
                yield on.finding("combination_not_allowed_in_erp", Evidence.CODING, **words)


@dataclass(frozen=True, slots=True)
class TaxCodeValid(Check):
    """Every tax code on a line is there and active, and the tax is what its rate makes of the net.

    The tax of all lines with one code is compared with the rate of their net; `tolerance` is what
    rounding line by line may add, one minor unit a line where it is not stated.
    """

    word: ClassVar[str] = "tax_code"
    says: ClassVar[str] = "its tax codes are valid and the tax agrees with them"

    required: bool = needed(True)
    tolerance: Money | None = stated(
        Kind.AMOUNT,
        "how far the tax may be from its rate; one minor unit a line if unsaid",
        stricter=Stricter.SMALLER,
        default=None,
    )

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Every code that is not valid, and every tax that is not that of its code."""

        def wrong(id: str) -> Wrong | None:
            rows = on.data.chart.tax_code(on.entity.id, id)
            if not rows:
                return "coding_unknown", Evidence.CHART
            is_valid = any(row.validity.covers(on.day) for row in rows)
            if not is_valid:
                return "coding_inactive", Evidence.CODING
            says_no = on.looked_up.says("tax_code", id) is False
            return ("tax_code_refused_in_erp", Evidence.CODING) if says_no else None

        yield from _each(on, "tax_code", self.required, wrong)
        for id, lines in by_value(on.document.lines, "tax_code").items():
            yield from self._of_rate(on, id, lines)

    def _of_rate(self, on: Asked, id: str, lines: list[Line]) -> Iterator[Finding]:
        rows = on.data.chart.tax_code(on.entity.id, id) if id else ()
        valid = [row for row in rows if row.validity.covers(on.day)]
        if not valid or valid[0].rate is None:
            return
        currency = on.document.currency
        words = {"value": id, "lines": numbers(lines), "day": str(on.day)}
        if any(line.tax is None for line in lines):
            yield on.finding("tax_missing", Evidence.DOCUMENT, **words)
            return
        stated_minor = sum(line.tax.minor for line in lines if line.tax is not None)
        expected = valid[0].rate * sum(line.net.minor for line in lines)
        allowed = self._allowed_minor(currency, len(lines))
        if allowed is None:
            yield on.finding("tolerance_in_other_currency", Evidence.DOCUMENT, **words)
        elif abs(stated_minor - expected) > allowed:
            words["tax"] = str(Money(stated_minor, currency))
            words["expected"] = str(Money(round(expected), currency))
            yield on.finding("tax_differs", Evidence.DOCUMENT, **words)

    def _allowed_minor(self, currency: str, lines_count: int) -> int | None:
        if self.tolerance is None:
            return lines_count
        return self.tolerance.minor if self.tolerance.currency == currency else None


@dataclass(frozen=True, slots=True)
class LinesMultiply(Check):
    """The net of each line is its quantity times its price.

    Lines that state no price or no quantity are not looked at. `tolerance` is what rounding may
    add to a line, one minor unit where it is not stated.
    """

    word: ClassVar[str] = "lines_multiply"
    says: ClassVar[str] = "quantity times price is the net of each line"

    tolerance: Money | None = stated(
        Kind.AMOUNT,
        "how far the net of a line may be from it; one minor unit if unsaid",
        stricter=Stricter.SMALLER,
        default=None,
    )

    def ask(self, on: Asked) -> Iterator[Finding]:
        """Every line whose net is another amount."""
        currency = on.document.currency
        if self.tolerance is not None and self.tolerance.currency != currency:
            words = {"value": "net", "lines": numbers(on.document.lines), "day": str(on.day)}
            yield on.finding("tolerance_in_other_currency", Evidence.DOCUMENT, **words)
            return
        allowed = 1 if self.tolerance is None else self.tolerance.minor
        for line in on.document.lines:
            if line.price is None or line.quantity is None or not line.is_valued:
                continue
            expected = line.price.minor * line.quantity
            if abs(line.net.minor - expected) > allowed:
                words = {"lines": str(line.number), "net": str(line.net)}
                words["expected"] = str(Exact(expected, currency))
                yield on.finding("line_does_not_multiply", Evidence.DOCUMENT, **words)


CHECKS: Final = (
    CostCenterActive,
    ProjectActive,
    AccountActive,
    AccountCombination,
    TaxCodeValid,
    LinesMultiply,
)
