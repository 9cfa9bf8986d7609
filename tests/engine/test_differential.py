"""The engine and the reference face the same questions, and must give the same answers."""

from __future__ import annotations

from engine.deciding import decide
from tests import reference
from tests.normal_form import normal, of_decision
from tests.reference import Part, Result, Seat, Some, Vote, seats
from tests.strategies import Case

FX_CODES = frozenset({"fx_not_stated", "fx_rate_missing", "fx_rate_stale", "fx_date_missing"})


def engine_says(case: Case) -> Result:
    decision = decide(case.policy, case.data, case.document, case.now, case.given)
    return normal(of_decision(decision))


def reference_says(case: Case) -> Result:
    return normal(reference.decide(case.policy, case.data, case.document, case.now, case.given))


def difference(got: Result, wanted: Result) -> str:
    """What the two do not agree on; empty where they do."""
    if got.outcome != wanted.outcome:
        return f"outcome: {wanted.outcome} {sorted(wanted.codes)}"
    if not got.codes <= wanted.codes:
        return f"code: {sorted(wanted.codes)}"
    if got.outcome in ("route", "straight_through") and got.findings != wanted.findings:
        return f"findings: {wanted.findings}"
    return f"steps: {wanted.steps}" if got.steps != wanted.steps else ""


def known(case: Case, got: Result, wanted: Result) -> str:
    """A difference that has a test of its own below, expected to fail until it is settled."""
    if got.codes == {"fact_missing"} and wanted.codes & FX_CODES:
        return "an amount without a rate is called missing"
    if "credits_not_stated" in wanted.codes and wanted.codes & FX_CODES:
        return "a foreign credit without a rate"
    votes = [p.body for parts in got.steps for p in parts if isinstance(p, Vote)]
    if "guarantee_broken" in wanted.codes and len(votes) > len(set(votes)):
        return "a body that votes twice counts twice"
    if got.codes & {"fact_missing", *FX_CODES} and "ambiguous_rows" in wanted.codes:
        return "an undecided row beside two that contradict each other"
    if any(is_unfillable(part) for parts in got.steps for part in parts):
        return "nobody of the set that some must be among"
    if "approver.level" in repr(case.policy.barred) and wanted.outcome == "route":
        return "nobody is below the lowest level, not even somebody without a level"
    raw = of_decision(decide(case.policy, case.data, case.document, case.now, case.given))
    if any(fills_two(part) for parts in raw.steps for part in parts):
        return "one approval fills two places of a group"
    requester = case.data.person_of(case.document.requester, case.now)
    if got.outcome == "route" and not case.data.people[requester].is_active(case.now):
        return "the word `requester` asks somebody who has left"
    return ""


def fills_two(part: Part) -> bool:
    """Whether one earlier approval fills two places of a group."""
    if not isinstance(part, Some):
        return False
    filled = [seat.who for seat in seats(part.parts) if seat.already]
    return len(filled) > len(set(filled))


def is_unfillable(part: Part) -> bool:
    if isinstance(part, Some):
        return any(is_unfillable(inner) for inner in part.parts)
    return isinstance(part, Seat) and not part.who and not part.already
