"""Overrides: what was let through, attempted, done for another, or is still open. By the trail.

Only records are read: what the report says can be checked against an export of the trail, and
nothing that was changed beside it changes the report. What a record of a later version states and
is not known here is left alone.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final

from adapters.store.opening import Store
from adapters.store.trail import every_record
from engine.recalling import recalled
from engine.routing.course import PlaceKey, keyed

Body = Mapping[str, Any]
BATCH: Final = 500

SELF_APPROVAL: Final = frozenset(
    {"self_approval", "same_person", "beneficiary", "reviewer_involved"}
)
_DECIDING: Final = frozenset({"submission", "decided_again", "tasks_changed"})
_ENDING: Final = frozenset({"rejected", "withdrawn", "cancelled", "refused"})
_APPROVING: Final = frozenset({"approve", "vote_for", "record"})
_QUEUE: Final = frozenset({"claim", "release"})


class What(StrEnum):
    """What is reported."""

    MITIGATION = "mitigation"  # somebody acted whom a mitigation let through
    SELF_APPROVAL = "self_approval"  # somebody tried to approve or review what is his own
    REFUSAL = "refusal"  # any other act that was refused
    DELEGATION = "delegation"  # somebody acted for another
    DELEGATION_REQUEST = "delegation_request"  # a delegation that somebody has to agree to
    CLAIM = "claim"  # a place taken from its queue
    RATIFICATION = "ratification"  # what was done before somebody agreed
    REVIEW = "review"  # a review that a control opened
    DIFFERENCE = "difference"  # the second opinion was another one
    NO_OPINION = "no_opinion"  # there was no second opinion
    TAKEN_OVER = "taken_over"  # somebody answers for approvals that were given elsewhere


OPEN_MATTERS: Final = frozenset({What.REVIEW, What.RATIFICATION})


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened: the position of its record, its day (UTC), and the case.

    `person` is who did it or is asked, `other` for whom, or what it was about. `finding` is what
    ended it; `is_open`: nothing has ended it yet.
    """

    what: What
    position: int
    day: date
    case: str
    person: str
    other: str = ""
    detail: str = ""
    finding: str = ""
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Overrides:
    """The entries of a period in the order of the trail, and how many of each a month."""

    records: int
    entries: tuple[Entry, ...]

    def by_month(self) -> Mapping[str, Counter[What]]:
        """How many of each kind began in each month, `2027-03`."""
        found: defaultdict[str, Counter[What]] = defaultdict(Counter)
        for each in self.entries:
            found[f"{each.day:%Y-%m}"][each.what] += 1
        return dict(sorted(found.items()))

    @property
    def needs_somebody(self) -> bool:
        """Whether something is open, or the second opinion was another one."""
        return any(
            each.what is What.DIFFERENCE or (each.is_open and each.what in OPEN_MATTERS)
            for each in self.entries
        )


def overrides(store: Store, first: date | None = None, last: date | None = None) -> Overrides:
    """What began on the days from `first` to `last` (UTC, both included), as it stands today."""
    told = _Told()
    count = 0
    with store.snapshot() as connection:
        for record in every_record(connection, BATCH):
            count += 1
            body = json.loads(record.body)
            told.take(_Record(record.position, record.at.date(), record.kind, body))
    entries = sorted(told.entries(), key=lambda each: (each.position, each.what, each.person))
    within = (
        each
        for each in entries
        if (first is None or first <= each.day) and (last is None or each.day <= last)
    )
    return Overrides(count, tuple(within))


@dataclass(frozen=True, slots=True)
class _Record:
    position: int
    day: date
    kind: str
    body: Body

    @property
    def case(self) -> str:
        return str(self.body.get("case", ""))

    @property
    def person(self) -> str:
        return str(_who(self.body).get("decided_by", ""))

    @property
    def on_behalf_of(self) -> str:
        return str(_who(self.body).get("on_behalf_of", ""))

    def entry(self, what: What, person: str, **more: Any) -> Entry:
        return Entry(what, self.position, self.day, self.case, person, **more)


_Open = dict[str, dict[str, Entry]]  # what nothing has ended yet, by case


@dataclass(slots=True)
class _Told:
    """What the records told so far."""

    _done: list[Entry] = field(default_factory=list)
    _decisions: dict[str, Body] = field(default_factory=dict)  # the last of each case
    _reviews: _Open = field(default_factory=dict)  # by code
    _claims: _Open = field(default_factory=dict)  # by the key of the place
    _ratifying: _Open = field(default_factory=dict)  # the same
    _requests: _Open = field(default_factory=dict)  # by the id that the delegation will have

    def entries(self) -> Iterator[Entry]:
        yield from self._done
        for still in (self._reviews, self._claims, self._ratifying, self._requests):
            for of_case in still.values():
                yield from of_case.values()

    def take(self, record: _Record) -> None:
        """One more record, in the order of the trail."""
        if record.kind in _DECIDING:
            self._decided(record)
        elif record.kind == "action":
            self._acted(record)
        elif record.kind == "refusal":
            self._refused(record)
        elif record.kind == "second_opinion":
            self._second_opinion(record)
        elif record.kind == "taken_over":
            self._taken_over(record)
        elif record.kind == "review_opened":
            self._review_opened(record)
        elif record.kind == "review_closed":
            finding = str(record.body.get("finding"))
            self._end(self._reviews, record.case, [str(record.body.get("review"))], finding)
        elif record.kind.startswith("delegation_"):
            self._delegation(record)
        if record.body.get("status") in _ENDING:
            self._nothing_more_is_asked(record)
            self._end_requests(record.case, str(record.body.get("status")))

    def _decided(self, record: _Record) -> None:
        decision = _mapping(record.body.get("decision"))
        if record.kind == "submission":
            self._nothing_more_is_asked(record)  # a new version begins anew
        self._decisions[record.case] = decision
        asked = set(_asked(decision.get("steps")))
        for words in _mitigated(decision):
            if words.get("person") not in asked:  # let through by what the document says he did
                self._done.append(_use(record, words))
        for key, people in _ratifications(decision):
            entry = record.entry(What.RATIFICATION, people, is_open=True)
            self._ratifying.setdefault(record.case, {}).setdefault(_text(key), entry)

    def _acted(self, record: _Record) -> None:
        action = str(record.body.get("action"))
        keys = [_text(key) for key in record.body.get("keys") or ()]
        if action == "claim":
            for key in keys:
                entry = record.entry(What.CLAIM, record.person, is_open=True)
                self._claims.setdefault(record.case, {})[key] = entry
            return
        self._end(self._claims, record.case, keys, action)
        if action in _QUEUE:
            return
        self._end(self._ratifying, record.case, keys, action)
        if record.on_behalf_of:
            self._done.append(
                record.entry(
                    What.DELEGATION, record.person, other=record.on_behalf_of, detail=action
                )
            )
        if action in _APPROVING:
            for words in _mitigated(self._decisions.get(record.case, {})):
                if words.get("person") in (record.person, record.on_behalf_of):
                    self._done.append(_use(record, words))

    def _refused(self, record: _Record) -> None:
        code = str(record.body.get("code"))
        what = What.SELF_APPROVAL if code in SELF_APPROVAL else What.REFUSAL
        action = str(record.body.get("action", ""))
        wanted = record.on_behalf_of or str(record.body.get("wanted_on_behalf_of", ""))
        self._done.append(
            record.entry(what, record.person, other=wanted, detail=f"{action}: {code}")
        )

    def _second_opinion(self, record: _Record) -> None:
        words = {"difference": What.DIFFERENCE, "unavailable": What.NO_OPINION}
        what = words.get(str(record.body.get("opinion")))
        if what is not None:
            detail = str(record.body.get("code") or record.body.get("reason") or "")
            self._done.append(record.entry(what, "", detail=detail))

    def _taken_over(self, record: _Record) -> None:
        """Approvals that were to count; which did stands in the acts that follow."""
        given = record.body.get("approvals")
        if record.body.get("do_approvals_count") is True and isinstance(given, list) and given:
            people = ", ".join(sorted({str(_mapping(each).get("person")) for each in given}))
            source = str(record.body.get("source", ""))
            entry = record.entry(What.TAKEN_OVER, record.person, other=people, detail=source)
            self._done.append(entry)

    def _review_opened(self, record: _Record) -> None:
        asked = sorted(
            {str(_mapping(each).get("person")) for each in record.body.get("asked") or ()}
        )
        code, cause = str(record.body.get("review")), str(record.body.get("cause"))
        self._reviews.setdefault(record.case, {})[code] = record.entry(
            What.REVIEW,
            " ".join(asked) or f"nobody; owner {record.body.get('owner')}",
            other=cause,
            detail=code,
            is_open=True,
        )

    def _delegation(self, record: _Record) -> None:
        """A delegation that is asked for in a case, and what became of it."""
        if record.kind == "delegation_requested":
            row = _mapping(record.body.get("row"))
            self._requests.setdefault(record.case, {})[str(row.get("id"))] = record.entry(
                What.DELEGATION_REQUEST,
                str(row.get("delegator")),
                other=str(row.get("delegate")),
                detail=f"{row.get('from')} to {row.get('to')}",
                is_open=True,
            )
        elif record.kind == "delegation_made":
            self._end_requests(record.case, "in force")
        elif record.kind == "delegation_lapsed":
            self._end_requests(record.case, f"lapsed: {record.body.get('code')}")

    def _end_requests(self, case: str, finding: str) -> None:
        self._end(self._requests, case, [*self._requests.get(case, ())], finding)

    def _nothing_more_is_asked(self, record: _Record) -> None:
        for still in (self._claims, self._ratifying):
            self._end(still, record.case, [*still.get(record.case, ())], record.kind)

    def _end(self, still: _Open, case: str, keys: Iterable[str], finding: str) -> None:
        for key in keys:
            found = still.get(case, {}).pop(key, None)
            if found is not None:
                self._done.append(_ended(found, finding))


def _ended(entry: Entry, finding: str) -> Entry:
    return Entry(
        entry.what,
        entry.position,
        entry.day,
        entry.case,
        entry.person,
        entry.other,
        entry.detail,
        finding,
    )


def _who(body: Body) -> Body:
    return _mapping(body.get("who"))


def _mapping(value: object) -> Body:
    return value if isinstance(value, dict) else {}


def _text(key: object) -> str:
    """The key of a place as text, however it was written."""
    return json.dumps(key)


def _use(record: _Record, words: Body) -> Entry:
    return record.entry(
        What.MITIGATION,
        str(words.get("person", "")),
        other=str(words.get("mitigation", "")),
        detail=str(words.get("monitor", "")),
    )


def _mitigated(decision: Body) -> Iterator[Body]:
    """What a decision says of mitigations that let somebody through."""
    for reason in decision.get("reasons") or ():
        if _mapping(reason).get("code") == "mitigated":
            yield _mapping(_mapping(reason).get("words"))


def _asked(parts: object) -> Iterator[object]:
    """Everybody whom steps of a decision ask, as it is written down."""
    if isinstance(parts, list):
        for part in parts:
            yield from (_mapping(each).get("person") for each in part.get("assignees") or ())
            yield from _asked(part.get("parts"))


def _ratifications(decision: Body) -> Iterator[tuple[PlaceKey, str]]:
    """The places that ratify, and who is asked for each."""
    if '"ratify"' not in json.dumps(decision.get("steps")):
        return
    for key, place in keyed(recalled(dict(decision))):
        if place.ask == "ratify":
            yield key, " ".join(sorted({each.person for each in place.assignees}))
