"""Stated choices, names of levels and document types, and accepted reports: how they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from engine.authorities import Authorities
from engine.money import Money
from engine.policy import Changes, PolicySet, SetChanges
from engine.rates import FxChoice
from rules.analysis.differences.aspects import Kind, compared
from rules.analysis.differences.model import Area, Change, Difference, Direction
from rules.analysis.differences.pairing import same
from rules.analysis.differences.phrases import answer, listed, money, share
from rules.compiling.accepting import Accepted

# Of a second opinion on the controls: what is unsaid is required where it matters, in production.
_STRICTNESS: Final = ("where_installed", "unsaid", "required")


def choices(old: PolicySet, new: PolicySet) -> Iterator[Difference]:
    """What the two sets choose differently."""
    for name, was, now in (
        ("name of the set", old.name, new.name),
        ("language", str(old.language), str(new.language)),
        ("credits", old.credits, new.credits),
        ("fx", _fx(old.fx), _fx(new.fx)),
        ("in_flight", old.in_flight, new.in_flight),
        ("second_opinion", old.second_opinion, new.second_opinion),
        ("policy_changes", _changes(old.set_changes), _changes(new.set_changes)),
        ("changes", _again(old.changes), _again(new.changes)),
        ("escalation", _pairs(old.escalation.items()), _pairs(new.escalation.items())),
    ):
        if was != now:
            yield _changed(Area.CHOICES, f"`{name}`" if " " not in name else name, was, now)


def names(old: PolicySet, new: PolicySet) -> Iterator[Difference]:
    """Systems, levels and document types: what only one of the sets has or says."""
    was_stated, now_stated = old.organization.authorities, new.organization.authorities
    for label, say in (("systems", _systems), ("authoritative systems", _authoritative)):
        was, now = say(was_stated), say(now_stated)
        if was != now:
            yield _changed(Area.ORGANIZATION, label, was, now)
    before, after = old.organization.levels, new.organization.levels
    if before != after:
        yield _changed(Area.ORGANIZATION, "levels", ", ".join(before), ", ".join(after))
    for name in sorted(old.documents ^ new.documents):
        is_new = name in new.documents
        change = Change.ADDED if is_new else Change.REMOVED
        says = "new" if is_new else "no longer there"
        label = f"document type {name}"
        yield Difference(Area.VOCABULARY, label, change, Direction.DIFFERENT, says)


def _changed(area: Area, name: str, was: str, now: str) -> Difference:
    was, now = was or "unsaid", now or "unsaid"
    says = f"now {now}, before {was}"
    return Difference(area, name, Change.CHANGED, _direction(name, was, now), says, was, now)


def _direction(name: str, was: str, now: str) -> Direction:
    """Credits with their sign need no authority, and without a second opinion one engine decides.

    Everything else is only different.
    """
    if name == "`credits`" and {was, now} == {"absolute", "signed_with_waiver"}:
        return Direction.LOOSER if now == "signed_with_waiver" else Direction.STRICTER
    if name == "`second_opinion`":
        is_looser = _STRICTNESS.index(now) < _STRICTNESS.index(was)
        return Direction.LOOSER if is_looser else Direction.STRICTER
    return Direction.DIFFERENT


def _fx(choice: FxChoice | None) -> str:
    if choice is None:
        return ""
    fallback = f"previous business day up to {choice.stale_after_days} days old"
    parts = [
        f"rate {choice.rate_type}",
        f"on {choice.on.replace('_', ' ')}",
        f"fallback {fallback if choice.fallback else 'none'}",
        f"inverse {'allowed' if choice.inverse_allowed else 'refused'}",
        f"via {choice.via}" if choice.via else "",
        f"asked again above {share(choice.recheck_drift_above)}"
        if choice.recheck_drift_above is not None
        else "",
    ]
    return ", ".join(filter(None, parts))


def _changes(changes: SetChanges | None) -> str:
    if changes is None:
        return ""
    approved = [answer(row.answer) for row in changes.matrix.rows] if changes.matrix else []
    parts = [
        f"approved by {', '.join(approved)}" if approved else "",
        f"activated by {listed(changes.activated_by)}" if changes.activated_by else "",
    ]
    return "; ".join(filter(None, parts))


def _systems(authorities: Authorities) -> str:
    found = (f"{each.name} (owner {each.owner})" for each in authorities.systems.values())
    return ", ".join(sorted(found))


def _authoritative(authorities: Authorities) -> str:
    return ", ".join(
        f"{of} {group}: {name}" for (of, group), name in sorted(authorities.by_group.items())
    )


def _again(changes: Changes | None) -> str:
    """What is approved again when other content comes; without a rule, everything."""
    if changes is None:
        return ""
    increase = changes.increase
    grown = ""
    if increase is not None:
        sizes = [share(increase.percent)] if increase.percent is not None else []
        sizes += [money(increase.amount)] if increase.amount is not None else []
        joined = (" and " if increase.is_both else " or ").join(sizes)
        grown = f"an increase above {joined} since {listed(sorted(increase.since))}"
    parts = [
        grown,
        f"another {listed(sorted(changes.changed))}" if changes.changed else "",
        f"only those concerned by another {listed(sorted(changes.affected_only))}"
        if changes.affected_only
        else "",
    ]
    return "approved again for " + "; ".join(filter(None, parts))


def _pairs(items: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(items))


def _at(amount: Money | None) -> str:
    return f" at {money(amount)}" if amount is not None else ""


ACCEPTED: Final[Kind[Accepted]] = Kind(
    Area.ACCEPTED,
    lambda entry: f"accepted {entry.code}",
    lambda entry: f"{entry.file or 'any file'}{_at(entry.at)}: {entry.because}",
    (),
    (same(lambda entry: (entry.code, entry.file, entry.at, entry.because)),),
)


def accepted(old: Iterable[Accepted], new: Iterable[Accepted]) -> Iterator[Difference]:
    """Contradictions that are kept knowingly in one of the sets only."""
    yield from compared(ACCEPTED, old, new)
