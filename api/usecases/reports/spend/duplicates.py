"""Likely duplicates in published spend, by class of evidence.

The supplier's own number is not published. Evidence is therefore what else two payments share:
supplier by the name without spelling and legal form, amount, day, entity. An amount that a supplier
was paid more than `MOST_UNUSUAL` times in the files is usual (a rate, a subscription): what is paid
twice of it is counted apart. Rows that hide the supplier, and rows of nothing, are compared with
none. At stake is what was paid beyond the largest of a group, less what credits of the same
supplier and amount anywhere in the files take back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from api.usecases.reports.spend.findings import Finding, Section, section
from api.usecases.reports.spend.gathering import Gathered
from engine.duplicates.claims import Claim
from engine.duplicates.comparing import Aspect, How
from engine.duplicates.criterion import Criterion, Near, Word
from engine.duplicates.searching import Group, search
from engine.facts.kinds import Duration
from engine.money import fraction_text

MOST_UNUSUAL: Final = 3
DAYS: Final = 31
_SAME_DAY: Final = Duration(0, 0)
_SOON: Final = Duration(0, DAYS)
_WHOLE: Final = 100

ONE_DAY: Final = Criterion((Word.SUPPLIER_NAME, Word.AMOUNT, Word.ENTITY), _SAME_DAY)
SOON: Final = Criterion((Word.SUPPLIER_NAME, Word.AMOUNT), _SOON)
EXCHANGED: Final = Criterion(
    (Word.SUPPLIER_NAME, Word.AMOUNT, Word.ENTITY, Word.DOCUMENT_DATE), None
)


@dataclass(frozen=True, slots=True)
class Crowded:
    """A bucket of a search in which not every pair was compared."""

    section: str
    rows_count: int
    example: int


@dataclass(frozen=True, slots=True)
class Duplicates:
    """All classes, from the strongest evidence to the weakest."""

    sections: tuple[Section, ...]
    crowds: tuple[Crowded, ...]


Placed = tuple[Sequence[int], Sequence[Claim]]  # claims, and the places of their rows
Amount = tuple[tuple[str, ...], str, int]  # supplier by name, currency, minor units without sign


class _Search:
    """One search over the rows that can be compared, with what is known of all of them."""

    def __init__(self, gathered: Gathered) -> None:
        self._gathered = gathered
        self._places = gathered.telling
        self._claims = [gathered.claims[place] for place in self._places]
        self._paid: Counter[Amount] = Counter()
        self._credited: Counter[Amount] = Counter()
        for claim in self._claims:
            (self._credited if claim.is_credit else self._paid)[_amount(claim)] += 1
        self.crowds: list[Crowded] = []

    def groups(
        self, word: str, criterion: Criterion, claims: Placed | None = None
    ) -> Iterator[tuple[Group, tuple[int, ...]]]:
        """Groups with the places of their rows. What was too large to compare is noted."""
        placed = claims or (self._places, self._claims)
        places = placed[0]
        found = search(placed[1], criterion)
        for crowd in found.crowds:
            self.crowds.append(Crowded(word, crowd.count, places[crowd.example]))
        for group in found.groups:
            yield group, tuple(places[member] for member in group.members)

    def unusual(self) -> Placed:
        """The claims whose amounts their suppliers are not paid again and again."""
        places = [place for place in self._places if not self.is_usual([place])]
        return places, [self._gathered.claims[place] for place in places]

    def with_tax(self, percent: Fraction) -> Placed:
        """Claims as if each stated its net: one may be another with the tax added."""
        taxed_claims = [
            replace(claim, amounts=(abs(net), int(taxed))) if taxed.denominator == 1 else claim
            for claim in self._claims
            for net in claim.amounts[:1]
            for taxed in [abs(net) * (1 + percent / _WHOLE)]
        ]
        return self._places, taxed_claims

    def is_usual(self, rows: Sequence[int]) -> bool:
        """Whether the supplier is paid this amount again and again."""
        amount = _amount(self._gathered.claims[rows[0]])
        return max(self._paid[amount], self._credited[amount]) > MOST_UNUSUAL

    def at_stake(self, rows: Sequence[int]) -> int:
        """What was paid beyond the largest, less what is taken back; of credits nothing is paid."""
        claims = [self._gathered.claims[row] for row in rows]
        if claims[0].is_credit:
            return 0
        amounts = [abs(self._gathered.rows[row].amount.minor) for row in rows]
        back = sum(self._credited[each] * each[2] for each in set(map(_amount, claims)))
        return max(0, sum(amounts) - max(amounts) - back)


def likely_duplicates(gathered: Gathered, near: Near, tax_percent: Fraction) -> Duplicates:
    """Every class of evidence over the gathered rows."""
    looking = _Search(gathered)
    one_day = [rows for _, rows in looking.groups("paid_twice", ONE_DAY)]
    soon = [rows for _, rows in looking.groups("paid_again", SOON)]
    unusual = [rows for rows in soon if not looking.is_usual(rows)]
    values = _Values(gathered)

    def findings(groups: Iterable[Sequence[int]]) -> list[Finding]:
        return [Finding(tuple(rows), values.why(rows), looking.at_stake(rows)) for rows in groups]

    days = f"within {DAYS} days"
    sections = (
        section("row_twice", _ROW_TWICE, findings(_rows_twice(gathered))),
        section("paid_twice", _PAID_TWICE, findings(r for r in one_day if not looking.is_usual(r))),
        section(
            "across_entities",
            f"one supplier was paid an unusual amount by several entities {days}",
            findings(rows for rows in unusual if len(values.entities(rows)) > 1),
        ),
        section(
            "paid_again",
            f"one entity paid one supplier an unusual amount again {days}, on another day",
            findings(
                rows
                for rows in unusual
                if len(values.entities(rows)) == 1 and len(values.days(rows)) > 1
            ),
        ),
        section(
            "spelled_otherwise",
            f"one amount was paid {days} to one supplier under several spellings",
            findings(rows for rows in soon if len(values.suppliers(rows)) > 1),
        ),
        *_weaker(looking, values, findings, near, tax_percent),
        section(
            "usual_amount", _USUAL, findings(rows for rows in one_day if looking.is_usual(rows))
        ),
    )
    return Duplicates(sections, tuple(looking.crowds))


_ROW_TWICE: Final = "every cell of a row is published again, the publisher's number included"
_PAID_TWICE: Final = (
    "one entity paid one supplier the same amount more than once on one day, and the amount is "
    f"unusual: the supplier was paid it at most {MOST_UNUSUAL} times in the files"
)
_USUAL: Final = (
    "the same with a usual amount, a rate or subscription: look at these where the count is wrong"
)


def _weaker(
    looking: _Search,
    values: _Values,
    findings: Callable[[Iterable[Sequence[int]]], list[Finding]],
    near: Near,
    tax_percent: Fraction,
) -> Iterator[Section]:
    """Classes in which something differs that people get wrong."""
    exchanged = looking.groups("day_and_month_exchanged", EXCHANGED)
    yield section(
        "day_and_month_exchanged",
        "one entity paid one supplier the same amount on two days that are one with day and month "
        "exchanged",
        findings(rows for _, rows in exchanged if len(values.days(rows)) > 1),
    )
    close = Criterion(
        (Word.SUPPLIER_NAME, Word.AMOUNT_NEAR, Word.ENTITY, Word.GL_ACCOUNT), _SAME_DAY, near
    )
    yield section(
        "near_amount",
        "one entity paid one supplier two unusual amounts that are nearly the same "
        f"({_said(near)}) "
        "for one account on one day",
        findings(
            rows
            for _, rows in looking.groups("near_amount", close, looking.unusual())
            if len(rows) == 2 and len(values.amounts(rows)) == 2
        ),
    )
    taxed = looking.groups("tax_added", SOON, looking.with_tax(tax_percent))
    yield section(
        "tax_added",
        f"one supplier was paid an amount and, within {DAYS} days, the same with "
        f"{fraction_text(tax_percent)} % tax, each once",
        findings(
            rows
            for group, rows in taxed
            if len(rows) == 2 and group.agreement.how(Aspect.AMOUNT) is How.GROSS_AND_NET
        ),
    )


class _Values:
    """What the rows of a group have of something, each once."""

    def __init__(self, gathered: Gathered) -> None:
        self._rows = gathered.rows

    def entities(self, rows: Sequence[int]) -> set[str]:
        return {self._rows[row].entity for row in rows}

    def suppliers(self, rows: Sequence[int]) -> set[str]:
        return {self._rows[row].supplier for row in rows}

    def days(self, rows: Sequence[int]) -> set[str]:
        return {self._rows[row].day.isoformat() for row in rows}

    def amounts(self, rows: Sequence[int]) -> set[str]:
        return {str(self._rows[row].amount) for row in rows}

    def why(self, rows: Sequence[int]) -> str:
        """What the rows have in common, and how many values where they differ."""
        said = []
        several: Mapping[str, set[str]] = {
            "supplier": self.suppliers(rows),
            "amount": self.amounts(rows),
            "day": self.days(rows),
            "entity": self.entities(rows),
            "account": {self._rows[row].account for row in rows},
            "department": {self._rows[row].department for row in rows},
            "number": {self._rows[row].transaction for row in rows},
        }
        for name, found in several.items():
            if found != {""}:
                said.append(f"same {name}" if len(found) == 1 else f"{len(found)} {_plural(name)}")
        return ", ".join(said)


def _plural(name: str) -> str:
    return "entities" if name == "entity" else f"{name}s"


def _rows_twice(gathered: Gathered) -> Iterator[tuple[int, ...]]:
    groups: dict[bytes, list[int]] = defaultdict(list)
    for index in gathered.telling:
        groups[gathered.rows[index].digest].append(index)
    yield from (tuple(rows) for rows in groups.values() if len(rows) > 1)


def _amount(claim: Claim) -> Amount:
    return claim.names, claim.currency, abs(claim.amounts[0])


def _said(near: Near) -> str:
    parts = [f"{fraction_text(near.percent)} %"] if near.percent else []
    parts += [str(near.amount)] if near.amount is not None else []
    return " or ".join(parts) or "to the cent"
