"""The slow reference, part seven: what people do on a case beside approving.

Each answers with the case afterwards, or raises `Refused`.
"""

from __future__ import annotations

from dataclasses import replace

from tests.lives.arranged import ADDING, Arranged
from tests.lives.filling import Given, objects, open_keys, open_places, take, task
from tests.lives.model import Case, Now, holding, routed, settled, stands, watched
from tests.lives.raised import Silence, end_of, positions
from tests.lives.routes import Key, Place, Route
from tests.lives.world import HOLDERS, OWNER, Policy


class Refused(Exception):
    """It is not accepted: the case afterwards, and a code, `""` for one that is not foretold."""

    def __init__(self, case: Case, code: str) -> None:
        super().__init__(code)
        self.case = case
        self.code = code


def acted(case: Case, now: Now, kind: str, person: str, of: str) -> Case:
    """Somebody approves, rejects, answers or votes; who is told and may object rejects, too."""
    found, under = _open_route(case, now)
    claimed = _claimed_by_others(found, case, person)
    if kind == "reject" and (places := objects(found, person)):
        has_task = not isinstance(task(found, case.given, (person, of), claimed), str)
        if not (has_task or _is_in_time(case, now, places)):
            raise Refused(case, "objection_too_late")
        return _rejected(case, now, places[0], person)
    taken = take(found, case.given, kind, (person, of), claimed)
    if isinstance(taken, str):
        raise Refused(case, taken)
    given = [*case.given, replace(taken, version=case.version)]
    claims = {k: who for k, who in case.claims.items() if who != person or k not in taken.keys}
    return stands(replace(case, given=given, claims=claims), found, under, now)


def objected(case: Case, now: Now, person: str, comment: str) -> Case:
    """Whoever is told refuses it with a reason, while it is neither too late nor being posted."""
    if case.status not in ("pending", "approved"):
        raise Refused(case, "not_open")
    places = objects(routed(case, now)[0], person)
    if not places:
        raise Refused(case, "not_asked")
    if not comment:
        raise Refused(case, "comment_missing")
    if not _is_in_time(case, now, places):
        raise Refused(case, "objection_too_late")
    return _rejected(case, now, places[0], person)


def _is_in_time(case: Case, now: Now, places: list[Place]) -> bool:
    return any(now.time < end_of(case.received, place.within) for place in places)


def _rejected(case: Case, now: Now, place: Place, person: str) -> Case:
    who = next(who for who in place.who if who[0] == person)
    given = [*case.given, Given("reject", who, frozenset(), case.version)]
    after = replace(case, given=given, status="rejected", tasks=frozenset(), waiting={}, held=())
    return settled(after, now)


def _open_route(case: Case, now: Now) -> tuple[Route, Policy]:
    if case.status != "pending":
        raise Refused(case, "not_open")
    found, under = routed(case, now)
    if found.outcome == "straight_through":
        raise Refused(case, "")
    if found.outcome != "route":
        raise Refused(stands(case, found, under, now), "")
    return found, under


def _claimed_by_others(found: Route, case: Case, person: str) -> frozenset[Key]:
    """Whoever could fill a place no more keeps nobody from it."""
    able = {place.key: {who[0] for who in place.who} for place in found.places()}
    return frozenset(
        key for key, owner in case.claims.items() if owner != person and owner in able.get(key, ())
    )


def _own_task(case: Case, now: Now, person: str, of: str) -> tuple[Route, Policy, Given]:
    """The route, and what the person could answer on it now."""
    found, under = _open_route(case, now)
    taken = task(found, case.given, (person, of), _claimed_by_others(found, case, person))
    if isinstance(taken, str):
        raise Refused(case, taken)
    return found, under, taken


def withdrawn(case: Case, now: Now, person: str) -> Case:
    """The requester takes it back while nothing is being posted."""
    if person != case.order.requester:
        raise Refused(case, "not_asked")
    if case.status not in ("pending", "held", "returned", "approved", "exception"):
        raise Refused(case, "not_open")
    if case.status == "exception" and case.is_unknown:
        raise Refused(case, "outcome_unknown")
    ended = replace(case, status="withdrawn", tasks=frozenset(), held=())
    return settled(replace(ended, waiting={}, asked={}), now)


def claimed(case: Case, now: Now, person: str, place: int, is_release: bool) -> Case:
    """A place is taken from its queue, or given back."""
    found, under = _open_route(case, now)
    asked = stands(case, found, under, now).tasks
    key = next((p.key for p in found.places() if p.number == place), None)
    if key is None or not any(each[:2] == (place, person) for each in asked):
        raise Refused(case, "not_asked")
    if key in _claimed_by_others(found, case, person):
        raise Refused(case, "claimed_by_another")
    claims = {k: who for k, who in case.claims.items() if k != key}
    if not is_release:
        claims[key] = person
    return replace(case, claims=claims)


def returned(case: Case, now: Now, person: str, of: str, lines: frozenset[int]) -> Case:
    """It goes back to its requester; an owner names only lines that are charged to him."""
    found, under, taken = _own_task(case, now, person, of)
    if not lines <= _lines_of(case, taken):
        raise Refused(case, "lines_not_his")
    after = replace(case, status="returned", tasks=frozenset(), under=under)
    return watched(replace(after, are_lines_rejected=bool(lines)), found, now)


def _lines_of(case: Case, taken: Given) -> frozenset[int]:
    numbered = dict(enumerate(case.order.centers, start=1))
    if all(key.word == "cost_center_owner" for key in taken.keys):
        mine = {center for key in taken.keys for center in key.object.split()}
        return frozenset(n for n, center in numbered.items() if center in mine)
    return frozenset(numbered)


def resubmitted(case: Case, now: Now, person: str) -> Case:
    """The same content goes on where it was."""
    if case.status != "returned":
        raise Refused(case, "not_open")
    if person != case.order.requester:
        raise Refused(case, "not_asked")
    if case.are_lines_rejected:
        raise Refused(case, "lines_rejected")
    found, under = routed(case, now)
    if found.outcome == "straight_through":
        raise Refused(case, "straight_through")
    return stands(case, found, under, now)


def arrange(case: Case, now: Now, kind: str, person: str, of: str, to: str, place: int) -> Case:
    """A task is handed on or delegated once, or an approver is added."""
    found, _, taken = _own_task(case, now, person, of)
    if kind == "delegate" and taken.who[1]:
        raise Refused(case, "delegation_depth")
    return _arrange(case, now, found, taken, kind, person, to, place)


def hand_on(case: Case, now: Now, person: str, of: str, to: str, place: int, comment: str) -> Case:
    """Whoever owns the matrix hands on the task of somebody who does not get to it."""
    found, _ = _open_route(case, now)
    if not _owns_matrix(now, person):
        raise Refused(case, "not_asked")
    if person == case.order.requester:
        raise Refused(case, "self_approval")
    if not comment:
        raise Refused(case, "comment_missing")
    his = [
        (p.key, who)
        for p in open_places(found, case.given)
        for who in p.who
        if who[0] == of and p.ask != "vote"
    ]
    if not his:
        raise Refused(case, "not_asked")
    if to == person:
        raise Refused(case, "same_person")
    as_whom = his[0][1]
    taken = Given("approve", as_whom, frozenset(key for key, who in his if who == as_whom))
    return _arrange(case, now, found, taken, "reassign", person, to, place)


def _owns_matrix(now: Now, person: str) -> bool:
    return person in HOLDERS[OWNER] and (OWNER, person) not in now.people.unseated


def _arrange(
    case: Case, now: Now, found: Route, taken: Given, kind: str, person: str, to: str, place: int
) -> Case:
    keys = _meant(found, case, taken, place)
    if not keys:
        raise Refused(case, "not_asked")
    if kind in ADDING:
        keys = keys[:1]
        asked = (place for place in found.places() if place.ask not in ("vote", "notify"))
        people = (who for place in asked for who in place.who)
        if to == person or any(to in who for who in people):
            raise Refused(case, "asked_already")
    first = max((each.number for each in case.arranged), default=0) + 1
    by = taken.who[1] or taken.who[0]
    new = [Arranged(first + n, kind, key, by, to, person) for n, key in enumerate(keys)]
    after = replace(case, arranged=[*case.arranged, *new])
    route, under = routed(after, now)
    does_hold = kind in ADDING or {each.number for each in new} <= holding(after, now)
    if route.outcome != "route" or not does_hold:
        raise Refused(case, "")
    claims = {key: who for key, who in case.claims.items() if key not in keys}
    return stands(replace(after, claims=claims), route, under, now)


def _meant(found: Route, case: Case, taken: Given, place: int) -> list[Key]:
    """One by its number, or all that he has: those that are open now first."""
    is_open = open_keys(found, case.given)
    mine = [(p.number, p.key) for p in found.places() if p.key in taken.keys]
    if place:
        return [key for number, key in mine if number == place and key in is_open]
    here = [key for _, key in mine if key in is_open]
    return here + [key for _, key in mine if key not in is_open]


def taken_away(case: Case, now: Now, person: str, number: int) -> Case:
    """Whoever added an approver takes him away, while he has not answered."""
    if case.status not in ("pending", "held"):
        raise Refused(case, "not_open")
    made = next((each for each in case.arranged if each.number == number), None)
    if made is None or made.is_ended or made.kind not in ADDING or made.made_by != person:
        raise Refused(case, "not_asked")
    if any(made.own_key in each.keys for each in case.given):
        raise Refused(case, "answered_already")
    left = [replace(each, is_ended=True) if each is made else each for each in case.arranged]
    after = replace(case, arranged=left)
    found, under = routed(after, now)
    return stands(after, found, under, now) if found.outcome == "route" else after


def asked_about(case: Case, now: Now, person: str, of: str, to: str) -> Case:
    """A question to anybody who is there; the asker's own task stays open."""
    _own_task(case, now, person, of)
    if to in now.people.left:
        raise Refused(case, "person_unknown")
    if to == person:
        raise Refused(case, "same_person")
    return replace(case, questions=[*case.questions, to])


def replied(case: Case, person: str, number: int) -> Case:
    """Whoever was asked answers, whatever has become of the case. An answered one is empty."""
    if not 0 < number <= len(case.questions):
        raise Refused(case, "not_asked")
    if case.questions[number - 1] not in (person, f"{person} answered"):
        raise Refused(case, "not_asked")
    if case.questions[number - 1] != person:
        raise Refused(case, "answered_already")
    questions = [*case.questions]
    questions[number - 1] = f"{person} answered"
    return replace(case, questions=questions)


def ratified(case: Case, now: Now, person: str) -> Case:
    """What was let through in an emergency is ratified, or that is refused; neither moves it."""
    if case.status not in ("approved", "posting", "posted", "exception"):
        raise Refused(case, "not_open")
    found, _ = routed(case, now)
    if found.outcome != "route":
        raise Refused(case, "")
    mine = [(p.key, who) for p in found.places() if p.ask == "ratify" for who in p.who]
    mine = [(key, who) for key, who in mine if who[0] == person]
    done = {key for each in case.given if each.kind == "ratify" for key in each.keys}
    if not mine:
        raise Refused(case, "")
    left = [each for each in mine if each[0] not in done]
    if not left:
        raise Refused(case, "answered_already")
    given = Given("ratify", left[0][1], frozenset(key for key, _ in left), case.version)
    return watched(replace(case, given=[*case.given, given]), found, now)


def cancelled(case: Case, now: Now, person: str) -> Case:
    """An order that stands is cancelled by its requester, or by whoever owns the matrix."""
    if case.status not in ("approved", "posted"):
        raise Refused(case, "not_open")
    if person != case.order.requester and not _owns_matrix(now, person):
        raise Refused(case, "not_asked")
    return replace(case, status="cancelled", waiting={}, asked={})


def escalated(case: Case, now: Now, person: str, of: str, place: int) -> Case:
    """Whoever is asked, or waits for it, has the next one up asked as well."""
    found, _ = _open_route(case, now)
    taken = task(found, case.given, (person, of), _claimed_by_others(found, case, person))
    if isinstance(taken, str) and person != case.order.requester:
        raise Refused(case, taken)
    is_open = open_keys(found, case.given)
    meant = [
        p
        for p in found.places()
        if p.key in is_open and not p.already and place in (0, p.number)
        if isinstance(taken, str) or p.key in taken.keys
    ]
    places = [p for p in meant if p.ask in ("approve", "consult")]
    if not places:
        raise Refused(case, "not_transferable" if meant else "not_asked")
    if isinstance(taken, str) and any(p.raised for p in places):
        raise Refused(case, "escalated_already")
    new = [Silence(p.key, frozenset(positions(p)), now.time) for p in places]
    after = replace(case, silences=[*case.silences, *new])
    route, under = routed(after, now)
    if route.outcome != "route":
        raise Refused(case, "")
    keys = {p.key for p in places}
    claims = {key: who for key, who in case.claims.items() if key not in keys}
    return stands(replace(after, claims=claims), route, under, now)
