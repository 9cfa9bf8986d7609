"""Every document gets one answer from a matrix: no gap between its rows, and no overlap.

Exact, with a document as witness. Both questions follow what happens when a document is decided: an
exception row beats plain rows, and a row that a missing fact leaves undecided holds the document
for that fact. Where the work would be without end a note says what was not examined.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from engine.money import HIGHEST
from engine.places import Place
from engine.policy import Matrix, PolicySet, Row
from rules.checks.answers import answer_shape
from rules.checks.space.cells import Box, TooManyBoxes
from rules.checks.space.ground import WORK, Ground, ground
from rules.checks.space.pairs import Item, Pair, meeting
from rules.checks.space.regions import Budget, Masks, Region, Search, Span
from rules.checks.wording import (
    NOT_PROVED_HELP,
    cases,
    facts_text,
    grouped,
    matrix_name,
    row_name,
    span_text,
    witness,
)
from rules.diagnostics import Diagnostic, Diagnostics, Severity

MOST_REPORTS: Final = 10  # of one kind for one matrix; the rest is counted
MOST_REGIONS: Final = 2_000  # looked at for one matrix
MOST_OVERLAPS: Final = 1_000  # counted for one matrix
SHOWN_CASES: Final = 3
WORK_ON_CASES: Final = 300_000  # boxes looked at to say in which cases the gaps are


def check_coverage(policy: PolicySet, diagnostics: Diagnostics) -> None:
    """Gaps and overlaps of every matrix."""
    for matrix in policy.matrices:
        try:
            prepared = ground(policy, matrix)
        except TooManyBoxes as error:
            _not_proved(matrix, f"a row has {error}", diagnostics)
            continue
        _overlaps(prepared, diagnostics)
        _gaps(prepared, diagnostics)


@dataclass(slots=True)
class _Gap:
    """One interval of amounts that no row covers, next to the same rows, for some cases."""

    span: Span
    below: Row | None
    above: Row | None
    regions: list[Region]

    @property
    def place(self) -> Place | None:
        """Where to mend it: the row that begins too late, else the one that ends too early."""
        row = self.above or self.below
        return row.place if row is not None else None


def _gaps(on: Ground, diagnostics: Diagnostics) -> None:
    search = on.search(Budget(WORK))
    regions = _regions(on, search)
    found = _grouped(on, regions)
    severity = Severity.ERROR if on.matrix.otherwise is None else Severity.NOTE
    if severity is Severity.NOTE:
        found = found[:1]
    budget = Budget(WORK_ON_CASES)
    for gap in found[:MOST_REPORTS]:
        diagnostics.add(_gap_report(on, gap, severity, budget))
    more = len(found) - MOST_REPORTS
    if more > 0:
        message = f"and {more} more gaps in {matrix_name(on.matrix)}"
        diagnostics.add(Diagnostic("gap", severity, on.matrix.place, message))
    if search.unexamined:
        _unexamined(on, search.unexamined[0], "gaps", diagnostics)
    elif on.matrix.otherwise is not None and not regions:
        message = "nothing is left for `otherwise`: the rows answer for every document"
        help = "keep it for rows to come, or take it out"
        diagnostics.note("never-matches", on.matrix.otherwise_place, message, help)


def _regions(on: Ground, search: Search) -> list[Region]:
    """What no row covers; empty where every document is certainly decided by `otherwise`."""
    covers = [entry.box for entry in on.possible]
    found: list[Region] = []
    for box in on.start:
        for region in search.uncovered(box, covers):
            found.append(region)
            if len(found) >= MOST_REGIONS:
                return found
    return found


def _grouped(on: Ground, regions: Sequence[Region]) -> list[_Gap]:
    """Gaps between the same rows are one gap, however many cases it stands in."""
    gaps: dict[tuple[Span, int, int], _Gap] = {}
    neighbours = _Neighbours(on)
    for region in regions:
        for span in region.spans:
            below, above = neighbours.of(region, span)
            rows = on.matrix.rows
            key = (span, below, above)
            if key not in gaps:
                gaps[key] = _Gap(
                    span,
                    rows[below] if below >= 0 else None,
                    rows[above] if above >= 0 else None,
                    [],
                )
            gaps[key].regions.append(Region(region.masks, (span,), region.numbers))
    return sorted(gaps.values(), key=lambda gap: (gap.place or on.matrix.place, gap.span))


def _plainly(on: Ground, gap: _Gap, budget: Budget) -> list[Region]:
    """The regions of a gap without the facts that make no difference to it."""
    regions = gap.regions
    numbers = sorted({number for region in regions for number in region.masks})
    if len(regions) == 1 and not numbers:
        return regions
    kept = [region.masks for region in regions]
    for number in numbers:
        without = _distinct({n: m for n, m in masks.items() if n != number} for masks in kept)
        if _all_inside(on, without, kept, gap.span, budget):
            kept = without
    if len(kept) == len(regions) and kept[0] == regions[0].masks:
        return regions
    found = [(masks, on.possible_in(masks, gap.span)) for masks in kept]
    return [Region(masks, (gap.span,), example or {}) for masks, example in found]


def _distinct(all_masks: Iterable[Masks]) -> list[Masks]:
    return list({tuple(sorted(masks.items())): masks for masks in all_masks}.values())


def _all_inside(
    on: Ground, wider: Sequence[Masks], masks: Sequence[Masks], span: Span, budget: Budget
) -> bool:
    """Whether every document of the wider masks is one of the masks."""
    search = on.search(budget)
    covers = [Box(*span, each) for each in masks]
    for each in wider:
        if next(search.uncovered(Box(*span, each), covers), None) is not None:
            return False
    return not search.unexamined


class _Neighbours:
    """The rows that end just below a gap and begin just above it."""

    def __init__(self, on: Ground) -> None:
        self._on = on
        self._ends: dict[int, list[tuple[int, Box]]] = {}
        self._begins: dict[int, list[tuple[int, Box]]] = {}
        for entry in on.possible:
            self._ends.setdefault(entry.box.high, []).append((entry.row, entry.box))
            self._begins.setdefault(entry.box.low, []).append((entry.row, entry.box))

    def of(self, region: Region, span: Span) -> tuple[int, int]:
        """Positions of the row below and the row above; -1 for none."""
        below = self._first(self._ends.get(span[0] - 1, []), region.masks)
        above = self._first(self._begins.get(span[1] + 1, []), region.masks)
        return below, above

    def _first(self, entries: Sequence[tuple[int, Box]], masks: Masks) -> int:
        for row, box in entries:
            if all(mask & masks.get(number, mask) for number, mask in box.masks.items()):
                return row
        return -1


def _gap_report(on: Ground, gap: _Gap, severity: Severity, budget: Budget) -> Diagnostic:
    matrix = on.matrix
    regions = _plainly(on, gap, budget)
    texts = (", ".join(facts_text(on.space, each.masks, each.numbers)) for each in regions)
    found = list(dict.fromkeys(text for text in texts if text))
    what = f"no row covers {span_text(gap.span, matrix.currency, on.lowest)}"
    if not on.has_amount:
        what = "no row covers every document" if not found else "no row covers"
    if found:
        what += (" for " if on.has_amount else " ") + cases(found, SHOWN_CASES)
    if severity is Severity.NOTE:
        what += "; `otherwise` answers"
    help = None if severity is Severity.NOTE else _gap_help(on, gap)
    return Diagnostic(
        "gap",
        severity,
        gap.place or matrix.place,
        what,
        help,
        witness(on.space, regions[0], on.has_amount),
    )


def _gap_help(on: Ground, gap: _Gap) -> str:
    currency = on.matrix.currency
    if gap.above is not None and gap.below is not None:
        wanted = _begins(gap.span[0], currency)
        return f"write `{wanted}` instead of `{_begins(gap.span[1] + 1, currency)}`"
    if gap.above is not None and gap.span[0] <= on.lowest and on.has_amount:
        return f"leave out `{_begins(gap.span[1] + 1, currency)}`: no lower bound means none"
    if gap.below is not None and gap.span[1] >= HIGHEST and on.has_amount:
        wanted = _begins(gap.span[0], currency)
        return f"add a row with `{wanted}`, or say `otherwise: {{hold: ...}}`"
    return "add a row for it, or say `otherwise: {hold: ...}`"


def _begins(key: int, currency: str) -> str:
    """The lower bound of a row that begins at a key, as it is written."""
    if key % 2:
        return f"above: {grouped((key - 1) // 2, currency)}"
    return f"from: {grouped(key // 2, currency)}"


def _overlaps(on: Ground, diagnostics: Diagnostics) -> None:
    reported: set[tuple[int, int]] = set()
    for is_exception in (True, False):
        budget = Budget(WORK)
        search = on.search(Budget(WORK))
        for pair in _pairs(on, is_exception, budget):
            rows = (min(pair[0].row, pair[1].row), max(pair[0].row, pair[1].row))
            if rows in reported:
                continue
            region = _ambiguous(on, pair, search, is_exception)
            if region is None:
                continue
            reported.add(rows)
            if len(reported) <= MOST_REPORTS:
                _overlap_report(on, rows, region, diagnostics)
            if len(reported) >= MOST_OVERLAPS:
                break
        if budget.left < 0:
            _not_proved(on.matrix, "overlaps were not looked for in every pair", diagnostics)
        elif search.unexamined:
            _unexamined(on, search.unexamined[0], "overlaps", diagnostics)
    more = len(reported) - MOST_REPORTS
    if more > 0:
        least = "at least " if len(reported) >= MOST_OVERLAPS else ""
        message = f"and {least}{more} more overlaps in {matrix_name(on.matrix)}"
        diagnostics.error("overlap", on.matrix.place, message)


def _pairs(on: Ground, is_exception: bool, budget: Budget) -> Iterator[Pair]:
    rows = on.matrix.rows
    numbers: dict[object, int] = {}
    items = [
        Item(entry.row, numbers.setdefault(answer_shape(rows[entry.row]), len(numbers)), entry.box)
        for entry in on.certain
        if rows[entry.row].exception is is_exception
    ]
    return meeting(items, budget)


def _ambiguous(on: Ground, pair: Pair, search: Search, is_exception: bool) -> Region | None:
    """A document that both rows match and no exception row decides."""
    met = pair[0].box.meet(pair[1].box)
    if met is None:
        return None
    covers = () if is_exception else on.exceptions
    for start in on.start:
        box = met.meet(start)
        if box is not None:
            region = next(search.uncovered(box, covers), None)
            if region is not None:
                return region
    return None


def _overlap_report(
    on: Ground, rows: tuple[int, int], region: Region, diagnostics: Diagnostics
) -> None:
    matrix = on.matrix
    first, later = sorted((matrix.rows[position] for position in rows), key=lambda r: r.place)
    amounts = ""
    if on.has_amount:
        amounts = f" {span_text(region.spans[0], matrix.currency, on.lowest)}"
    message = (
        f"{row_name(later)} and {row_name(first)} both match{amounts}, with different answers"
        if later.name
        else f"this row and {_where(first)} both match{amounts}, with different answers"
    )
    if later.name:
        message += f" (the other stands at {first.place})" if first.name else ""
    shown = witness(on.space, region, on.has_amount)
    diagnostics.error("overlap", later.place, message, _overlap_help(on, first, later), shown)


def _where(row: Row) -> str:
    return f"row `{row.name}` at {row.place}" if row.name else f"the row at {row.place}"


def _overlap_help(on: Ground, first: Row, later: Row) -> str:
    lower, upper = (first, later) if first.high < later.high else (later, first)
    touches = lower.low < upper.low <= lower.high < upper.high
    if on.has_amount and touches:
        wanted, written = (_begins(k, on.matrix.currency) for k in (lower.high + 1, upper.low))
        return f"write `{wanted}` instead of `{written}`"
    if later.exception:
        return (
            "let no document match both, with `when` or bounds, or keep it knowingly under "
            "`accepted`: such a document is held"
        )
    return "tell them apart with `when`, or let one of them win with `exception: true`"


def _unexamined(on: Ground, masks: Masks, what: str, diagnostics: Diagnostics) -> None:
    where = ", ".join(facts_text(on.space, masks, {})) or "any document"
    _not_proved(on.matrix, f"{what} were not looked for everywhere, not for {where}", diagnostics)


def _not_proved(matrix: Matrix, what: str, diagnostics: Diagnostics) -> None:
    message = f"{matrix_name(matrix)} has too many combinations to examine all: {what}"
    diagnostics.note("not-proved", matrix.place, message, NOT_PROVED_HELP)
