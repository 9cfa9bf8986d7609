"""Step 9: what the export says of its records is counted again, and a sample is drawn again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from engine.money import fraction_text
from engine.sampling import Item, Method, drawn
from engine.verifying.manifest import Manifest
from engine.verifying.records import Line
from engine.verifying.steps import Step
from engine.verifying.totals import Totals, exact_amount

COLUMNS: Final = "case type document_id entity status amount currency position received_at".split()


@dataclass(frozen=True, slots=True)
class Row:
    """A case of the population: `amount` exact in major units, `None` where it has none."""

    case: str
    status: str
    amount: Fraction | None
    currency: str


class Counting:
    """Counts the records of the selection by kind, and cases by the status they have at its end."""

    def __init__(self, manifest: Manifest, step: Step) -> None:
        self._manifest = manifest
        self._kinds: Counter[str] = Counter()
        self._status: dict[str, str] = {}
        self._totals = Totals()
        self.step = step
        step.reach("records")

    def add(self, line: Line, body: Mapping[str, Any]) -> None:
        """One more record of the selection; `body` has what is disclosed in its place."""
        self.step.count += 1
        self._kinds[str(line.body.get("kind"))] += 1
        case, status = line.body.get("case"), line.body.get("status")
        if isinstance(case, str) and isinstance(status, str):
            self._status[case] = status
        try:
            self._totals.add(body)
        except ValueError as problem:
            self.step.fail(str(problem), line.position)

    def end(self) -> None:
        """After the last record."""
        if self.step.count != self._manifest.count:
            stated = self._manifest.count
            self.step.fail(f"`positions.count` is {stated}, {self.step.count} records are here")
        self._compare("by_kind", self._manifest.by_kind, self._kinds)
        if self._manifest.is_contiguous:
            self._compare("by_status", self._manifest.by_status, Counter(self._status.values()))
            self._check_totals()

    def cases(self) -> Iterable[str]:
        """The numbers of the cases that records of the selection are about."""
        return self._status.keys()

    def _check_totals(self) -> None:
        count = self._totals.withheld_count
        if count:
            self.step.limit(f"control totals: the lines of {count} documents are withheld")
        else:
            check_totals(self._manifest, self._totals.by_currency, self.step)

    def _compare(self, name: str, stated: Mapping[str, int], found: Mapping[str, int]) -> None:
        compare_counts(self.step, f"counts.{name}", stated, found)


def compare_counts(
    step: Step, name: str, stated: Mapping[str, Any], found: Mapping[str, Any]
) -> None:
    """Every entry in which two countings differ is a problem that names it."""
    for word in sorted({*stated, *found}):
        one, other = stated.get(word, 0), found.get(word, 0)
        if one != other:
            step.fail(f"`{name}.{word}` is stated as {one}, {other} was counted")


def row_of(cells: Mapping[str, Any]) -> Row:
    """A row of `population.csv`. Raises `ValueError` for what is none."""
    amount = exact_amount(cells["amount"]) if cells["amount"] else None
    return Row(cells["case"], cells["status"], amount, cells["currency"])


def check_totals(manifest: Manifest, totals: Mapping[str, Fraction], step: Step) -> None:
    """Control totals, by currency, as exact text."""
    found = {currency: fraction_text(total) for currency, total in totals.items()}
    stated = {currency: _shortest(text) for currency, text in manifest.control_totals.items()}
    compare_counts(step, "control_totals", stated, found)


def _shortest(text: str) -> str:
    """A number without zeros that mean nothing; what is none stays as it is."""
    try:
        return fraction_text(exact_amount(text))
    except ValueError:
        return text


def check_population(
    manifest: Manifest, rows: Iterable[Row], cases: Iterable[str], sample: Any, step: Step
) -> None:
    """The population: its totals, its cases by status, and the sample that was drawn from it."""
    kept = list(rows)
    names = {row.case for row in kept}
    if len(names) != len(kept):
        step.fail("a case stands in `population.csv` twice")
    totals: dict[str, Fraction] = {}
    for row in kept:
        if row.amount is not None:
            totals[row.currency] = totals.get(row.currency, Fraction(0)) + row.amount
    check_totals(manifest, totals, step)
    compare_counts(
        step, "counts.by_status", manifest.by_status, Counter(row.status for row in kept)
    )
    wanted = names if sample is None else _drawn(kept, sample, step)
    here = {*cases}
    for case in sorted(wanted - here)[:20]:
        step.fail(f"case `{case}` is selected, and none of its records is here")
    for case in sorted(here - wanted)[:20]:
        step.fail(f"case `{case}` is here, and is not selected")


def _drawn(rows: list[Row], sample: Any, step: Step) -> set[str]:
    """The sample, drawn again; what is stated where it cannot be."""
    match sample:
        case {"seed": str(seed), "size": int(size), "method": str(method), "drawn": list(stated)}:
            pass
        case _:
            step.fail("`sample.json` does not state `seed`, `size`, `method` and `drawn`")
            return set()
    try:
        items = [Item(row.case, row.amount or Fraction(0)) for row in rows]
        found = drawn(items, Method(method), size, seed)
    except ValueError as problem:
        step.fail(f"the sample cannot be drawn again: {problem}")
        return {str(each) for each in stated}
    if found != stated:
        step.fail(f"drawn again from seed `{seed[:60]}`, the sample is another one")
    step.notes.append(f"{len(found)} of {len(rows)} cases drawn again ({method}, seed `{seed}`)")
    return set(found)
