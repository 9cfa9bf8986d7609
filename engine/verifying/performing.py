"""A decision performed again: from its record, and the contents that the record names by digest.

Compared is what a decision's digest is over: outcome, route, codes, rule references and compared
values, never texts. What comes out is one of three: it was performed again and is the same; the
record is intact and cannot be performed again, with the reason; or it differs, with the field, what
is recorded and what was found.

A record states what was decided on, but for the document and its totals, which stand in the record
of the submission: `Kept` is what is remembered of it by case and version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import partial
from itertools import islice
from typing import Any, Final

from engine.changing.drift import by_rates_of_today
from engine.changing.stricter import Meanwhile, stricter_meanwhile
from engine.deciding import decide
from engine.decision import Decision
from engine.documents.model import Document
from engine.documents.reading_back import read_back
from engine.errors import CountersignError
from engine.history import NO_HISTORY, History
from engine.importing import decided_elsewhere
from engine.master_data import MasterData
from engine.policy import PolicySet
from engine.recorded import arrangements_of, escalations_of, given_of, moments_of
from engine.recording import to_plain
from engine.segregation.history_form import history_of
from engine.tokens import TokensUnavailable
from engine.undecided import SET_UNUSABLE, set_unusable
from engine.verifying.comparing import Difference, differences

Body = Mapping[str, Any]

ADD: Final = "add_if_stricter"
MOST_DIFFERENCES: Final = 20
# Records of a route that was worked out again look at the rates of their day, too.
_ON_ROUTE: Final = frozenset(
    {"action", "refusal", "tasks_changed", "escalated", "escalation_exhausted"}
)


# Records by which later ones of the case are performed: of its document, or of totals counted anew.
RESTED_ON: Final = frozenset(
    {"submission", "decided_again", "tasks_changed", "escalated", "escalation_exhausted"}
)


class Result(StrEnum):
    """What performing a decision again can come to."""

    PERFORMED = "performed_again"
    NOT_PERFORMABLE = "not_performable"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Performed:
    """`why` says what keeps a decision from being performed; `differences` where it differs."""

    result: Result
    why: str = ""
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """The digests of a policy set and of the people that it is decided with."""

    policy: str
    master_data: str
    delegations: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What the digests name, loaded."""

    policy: PolicySet
    data: MasterData


class Unavailable(Exception):
    """What a digest names is not at hand or cannot be loaded. The message says what, and why."""


Load = Callable[[Names], Contents]  # raises `Unavailable`


@dataclass(frozen=True, slots=True)
class Kept:
    """What later records of one version of a case rest on: its document as plain values, when it
    was received, and the totals that it was measured by last."""

    document: Body
    received_at: str
    given: Body


def kept_after(body: Body, before: Kept | None) -> Kept | None:
    """What is remembered of a version of a case after one more of its records."""
    if isinstance(body.get("document"), dict) and "received_at" in body:
        return Kept(body["document"], body["received_at"], body.get("given", {}))
    if before is not None and isinstance(body.get("given"), dict):
        return replace(before, given=body["given"])
    return before


def holds_decision(body: Body) -> bool:
    """Whether a decision was made with the record, in full or by its digest."""
    if "decision" in body or "decided" in body:
        return True
    return body.get("kind") in ("action", "refusal") and bool(body.get("decision_digest"))


def perform(body: Body, kept: Kept | None, load: Load, here: Mapping[str, str]) -> Performed:
    """Performs the decision of a record again. Raises nothing, whatever the record holds.

    `kept` is what is remembered with this record. `here` are the versions with which it is
    performed (`semantics`, `tzdata`, `holidays`), by the names under which a record states its own.
    """
    if kept is None:
        return _not("the record of its submission is not here")
    try:
        decision, withheld = _decided(body, kept, load)
        found = tuple(islice(_differences(body, decision), MOST_DIFFERENCES))
    except (Unavailable, TokensUnavailable) as problem:
        return _not(str(problem))
    except CountersignError as problem:
        return Performed(Result.FAILED, str(problem))
    except Exception as problem:  # INVARIANT: a record that was made up ends no verification
        return Performed(Result.FAILED, f"it cannot be read ({type(problem).__name__}: {problem})")
    if not found:
        return Performed(Result.PERFORMED)
    if withheld:
        return _not(f"withheld: {', '.join(withheld)}")
    others = _other_versions(body, here)
    if others:
        return Performed(Result.NOT_PERFORMABLE, f"decided with {', '.join(others)}", found)
    return Performed(Result.FAILED, "it comes out otherwise", found)


def _not(why: str) -> Performed:
    return Performed(Result.NOT_PERFORMABLE, why)


def _other_versions(body: Body, here: Mapping[str, str]) -> list[str]:
    stated = body["in_force"]
    return [
        f"{name} {stated[name]} (here: {version})"
        for name, version in here.items()
        if name in stated and stated[name] != version
    ]


def _decided(body: Body, kept: Kept, load: Load) -> tuple[Decision, tuple[str, ...]]:
    """The decision, and what was withheld of the document that it was made about."""
    again = _Again(body, kept, load)
    meanwhile: Meanwhile = (arrangements_of(body), escalations_of(body))
    flight = body.get("in_flight") or {}
    history = history_of(body["history"]) if "history" in body else NO_HISTORY
    if flight.get("word") != ADD:
        return again.under(again.names, history, meanwhile)
    beside = history_of(body["history_beside"]) if "history_beside" in body else history
    histories = {again.names.policy: history}
    withheld: dict[str, tuple[str, ...]] = {}

    def by(policy: str, meanwhile: Meanwhile) -> Decision:
        names = replace(again.names, policy=policy)
        decision, withheld[policy] = again.under(names, histories.get(policy, beside), meanwhile)
        return decision

    own, newest = flight["routed_under"], flight["in_force"]
    decision = stricter_meanwhile(partial(by, own), partial(by, newest), meanwhile)
    return decision, withheld[own]


class _Again:
    """One record while its decision is performed again."""

    def __init__(self, body: Body, kept: Kept, load: Load) -> None:
        self._body = body
        self._kept = kept
        self._load = load
        stated = body["in_force"]
        self.names = Names(stated["policy"], stated["master_data"], stated["delegations"])

    def under(
        self, names: Names, history: History, meanwhile: Meanwhile
    ) -> tuple[Decision, tuple[str, ...]]:
        """By one set and its people, with what it knew of the past and of what was done since."""
        body, contents = self._body, self._load(names)
        policy, data = contents.policy, contents.data
        received_at = datetime.fromisoformat(self._kept.received_at)
        found = read_back(
            self._kept.document,
            policy.facts,
            policy.documents,
            received_at=received_at,
            digest=body["document_digest"],
        )
        document, now = found.document, datetime.fromisoformat(body["at"])
        if body["kind"] == "imported":
            at = received_at
            return decided_elsewhere(policy, data, document, at, body["source"]), found.withheld
        if body["kind"] == SET_UNUSABLE:
            routed_under = body["routed_under"]
            return set_unusable(policy, data, document, now, routed_under), found.withheld
        decision = self._by(policy, data, document, now, history, meanwhile)
        if body["kind"] in _ON_ROUTE or "rates_moved" in body:
            moved = by_rates_of_today(policy, data, document, decision, now)
            if moved is not None:
                decision = self._by(moved, data, document, now, history, meanwhile)
        return decision, found.withheld

    def _by(
        self,
        policy: PolicySet,
        data: MasterData,
        document: Document,
        now: datetime,
        history: History,
        meanwhile: Meanwhile,
    ) -> Decision:
        return decide(
            *(policy, data, document, now, given_of(self._kept.given), history),
            escalations=meanwhile[1],
            arrangements=meanwhile[0],
            moments=moments_of(self._body),
        )


def _differences(body: Body, decision: Decision) -> Iterator[Difference]:
    """Where the record differs from the decision; the document that it is about first."""
    if decision.document_digest != body["document_digest"]:
        yield Difference("document_digest", body["document_digest"], decision.document_digest)
    recorded = body.get("decision") or body.get("decided")
    if recorded is None:
        if decision.digest != body["decision_digest"]:
            yield Difference("decision_digest", body["decision_digest"], decision.digest)
        return
    found = to_plain(decision)
    if recorded != found:
        yield from differences(_without_texts(recorded), _without_texts(found))


def _without_texts(plain: Body) -> dict[str, object]:
    """A decision without what may be worded otherwise by a later version."""
    findings = [
        {name: value for name, value in each.items() if name != "text"}
        for each in plain["findings"]
    ]
    return {**plain, "findings": findings}
