"""Two routes for one open case: what the newer set asks beyond the one that it was routed under.

Only additions: nothing that the older set asks is taken away, so that what was completed stays
completed. A part of the newer route is no addition where whoever fills a part of the older one
could fill it, too. Where a conflict of duties joins approving with approving, one part of the older
route answers for one of the newer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from engine.decision import Assignment, Decision, Group, Outcome, Part, Passed, Reason, Step
from engine.recording import decision_digest
from engine.routing.acting import APPROVES_ONCE
from engine.routing.arranging import ADDING, Arrangement
from engine.routing.course import Escalation, PlaceKey, keyed
from engine.routing.distinct import leaves, needed

Meanwhile = tuple[tuple[Arrangement, ...], tuple[Escalation, ...]]
Decide = Callable[[Meanwhile], Decision]
NOTHING: Final[Meanwhile] = ((), ())
ADDED: Final = "added_by_newer_set"


def stricter_meanwhile(older: Decide, newer: Decide, meanwhile: Meanwhile) -> Decision:
    """The same of an open case: what people arranged on its route, and where that was silent.

    What concerns a place that the newer set added is looked at on the route of the newer set. It
    changes who is asked there, and never that the place was added: silence approves nothing.
    """
    if meanwhile == NOTHING:
        return stricter(older(NOTHING), newer(NOTHING))
    of_newer = _keys(newer(NOTHING)) - _keys(older(NOTHING))
    others = _only(meanwhile, lambda key: None if key in of_newer else key)
    first, second = older(others), newer(others)
    added = _ids_of_added(first, second)
    keys = _keys_of_added(first, second, added)
    of_added = _only(meanwhile, lambda key: keys.get(key, None if key in of_newer else key))
    if not any(each.key in keys for every in meanwhile for each in every):
        return stricter(first, second)
    again = newer(of_added)
    noted = tuple(each for each in again.passed_over if each not in second.passed_over)
    own = older(_only(others, lambda key: None if key in keys else key))
    return stricter(own, again, noted, frozenset(added))


def _keys(decision: Decision) -> frozenset[PlaceKey]:
    return frozenset(key for key, _ in keyed(decision))


def _only(meanwhile: Meanwhile, key_of: Callable[[PlaceKey], PlaceKey | None]) -> Meanwhile:
    """What has a key, under that key. Whoever was added as an approver is asked on either route."""
    arrangements: list[Arrangement] = []
    for each in meanwhile[0]:
        key = each.key if each.kind in ADDING else key_of(each.key)
        if key is not None:
            arrangements.append(replace(each, key=key))
    silent = ((each, key_of(each.key)) for each in meanwhile[1])
    escalations = tuple(replace(each, key=key) for each, key in silent if key is not None)
    return tuple(arrangements), escalations


def _ids_of_added(older: Decision, newer: Decision) -> dict[int, int]:
    """By the id of a place that the newer route adds: the one that it has on both together."""
    both = stricter(older, newer)
    if both is older or both is newer:
        return {}
    return _ids(older, [*_beyond(older, newer)])


def _keys_of_added(
    older: Decision, newer: Decision, ids: dict[int, int]
) -> dict[PlaceKey, PlaceKey]:
    """By its key on both routes together: the key of an added place on the newer route alone."""
    known = {ids[place.id]: key for key, place in keyed(newer) if place.id in ids}
    both = keyed(stricter(older, newer)) if ids else iter(())
    return {key: known[place.id] for key, place in both if place.id in known}


def stricter(
    older: Decision,
    newer: Decision,
    noted: tuple[Passed, ...] = (),
    added: frozenset[int] = frozenset(),
) -> Decision:
    """The older decision, with what the newer one adds; itself where that is nothing.

    What the newer set holds or refuses is held or refused, and so is what the older one does.
    `noted` are those whom the newer one passed over in a place that it added, `added` the ids of
    places that it adds in any case.
    """
    if older.outcome in (Outcome.HELD, Outcome.REFUSED):
        return older if newer.outcome is not Outcome.REFUSED else newer
    if newer.outcome in (Outcome.HELD, Outcome.REFUSED):
        return newer
    parts = [*_beyond(older, newer, added)]
    findings = tuple(each for each in newer.findings if each.text not in _texts(older))
    reviews = tuple(each for each in newer.reviews if each.code not in _codes(older))
    if not (parts or findings or reviews):
        return older
    words = (("policy", newer.policy_digest), ("count", str(len(parts))))
    made = replace(
        older,
        outcome=Outcome.ROUTE if parts else older.outcome,
        steps=(*older.steps, *_steps(older, parts)),
        findings=(*older.findings, *findings),
        reviews=(*older.reviews, *reviews),
        reasons=(*older.reasons, Reason(ADDED, newer.row_place, words)),
        passed_over=(*older.passed_over, *(p for p in noted if p not in older.passed_over)),
        digest="",
    )
    return replace(made, digest=decision_digest(made))


def _texts(decision: Decision) -> frozenset[str]:
    return frozenset(each.text for each in decision.findings)


def _codes(decision: Decision) -> frozenset[str]:
    return frozenset(each.code for each in decision.reviews)


def _beyond(
    older: Decision, newer: Decision, added: frozenset[int] = frozenset()
) -> Iterator[tuple[int, Part]]:
    """Parts of the newer route that nothing on the older one answers, with their steps."""
    answers = [part for step in older.steps for part in step.parts]
    is_once = any(reason.code == APPROVES_ONCE for reason in newer.reasons)
    for step in newer.steps:
        for part in step.parts:
            is_added = any(place.id in added for place in leaves(part))
            found = next((each for each in answers if _answers(each, part)), None)
            if found is None or is_added:
                yield step.number, part
            elif is_once:
                answers.remove(found)


def _answers(old: Part, new: Part) -> bool:
    """Whether doing the old part always does the new one."""
    if isinstance(new, Group):
        return (
            isinstance(old, Group)
            and old.need == new.need
            and len(old.parts) == len(new.parts)
            and all(map(_answers, old.parts, new.parts))
        )
    return any(_fills(place, new) for place in needed(old))


def _fills(old: Assignment, new: Assignment) -> bool:
    if old.ask is not new.ask or (old.body is None) != (new.body is None):
        return False
    if new.body is not None:
        return (old.word, old.body) == (new.word, new.body)
    theirs = {(each.person, each.on_behalf_of) for each in old.assignees}
    return bool(theirs) and theirs <= {(each.person, each.on_behalf_of) for each in new.assignees}


def _steps(older: Decision, parts: list[tuple[int, Part]]) -> Iterator[Step]:
    """The added parts as steps behind the others, in the order of the newer route."""
    ids = _ids(older, parts)
    numbers = sorted({number for number, _ in parts})
    for offset, number in enumerate(numbers, start=1):
        inside = tuple(_renumbered(part, ids) for each, part in parts if each == number)
        yield Step(len(older.steps) + offset, inside)


def _ids(older: Decision, parts: list[tuple[int, Part]]) -> dict[int, int]:
    """By the id of an added place: the one that it has behind those of the older route."""
    known = [p.id for step in older.steps for part in step.parts for p in leaves(part)]
    added = [place.id for _, part in parts for place in leaves(part)]
    return {id: number for number, id in enumerate(added, start=1 + max(known, default=-1))}


def _renumbered(part: Part, ids: dict[int, int]) -> Part:
    if isinstance(part, Group):
        return replace(part, parts=tuple(_renumbered(each, ids) for each in part.parts))
    return replace(part, id=ids[part.id], already=ids.get(part.already, -1))
