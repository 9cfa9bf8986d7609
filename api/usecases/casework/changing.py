"""Other content of a known case: what of its approvals stands, and what the record says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Final

from sqlalchemy import Connection

from adapters.store import cases, past
from adapters.store.cases import Case
from adapters.store.versions import APPROVED, Version, versions_of
from api.usecases.casework.remembering import remember_approval
from api.usecases.casework.resources import InForce, Plain, Resources
from api.usecases.casework.written import DocumentUnreadable, document_of
from engine.cases.status import Status
from engine.changing.differences import differences
from engine.changing.survivors import Growth, Standing, survivors
from engine.changing.verdict import Amount, Cause, Content, Verdict, exceeds, verdict
from engine.decision import Assignee, Decision
from engine.documents.derived import net_of
from engine.documents.model import Document
from engine.knowing import Situation, situate
from engine.master_data import PersonId
from engine.money import Exact, Money
from engine.rates import Shortage
from engine.routing.authority import covering, joint_covering
from engine.routing.course import ActKind, Course, Given

# Where approvals can stand: whoever ended a case ended what was approved on it, too.
_ALIVE: Final = (Status.PENDING, Status.HELD, Status.RETURNED, Status.APPROVED, Status.POSTED)

Act = tuple[Given, datetime, int]  # with its moment and the version that it was given on


@dataclass(frozen=True, slots=True)
class Changed:
    """What stands of what was done on the version before, and what a record says of the change."""

    stands: tuple[Act, ...] = ()
    plain: Plain | None = None

    @property
    def course(self) -> Course:
        """The acts that stand, as a route has them."""
        return Course([given for given, _, _ in self.stands])


def what_stands(compared: Compared, decision: Decision) -> Changed:
    """What of the version before stands, by the decision about the new one; nothing is kept."""
    acts, found = compared.acts, compared.found
    standing = survivors(
        [given for given, _, _ in acts],
        decision,
        found,
        compared.growth,
        compared.is_over,
        lambda position: compared.has_grown_since(acts[position][2]),
    )
    stands = tuple((given, *acts[position][1:]) for position, given in standing.stands)
    return Changed(stands, _plain(compared.before, compared.differences, found, standing))


def keep_standing(
    connection: Connection,
    current: InForce,
    case: Case,
    document: Document,
    decision: Decision,
    changed: Changed,
) -> None:
    """The approvals that stand are kept with the new version; those of another are forgotten."""
    past.forget_approvals(connection, case.id, but_of=case.standing_version)
    for number, (given, at, version) in enumerate(changed.stands, start=1):
        cases.add_act(connection, case.id, number, given, at, version)
        remember_approval(connection, current, case, document, decision, given, at)


class Compared:
    """The versions of a case beside the new content, each looked at as of now.

    `acts` is what was done on the version `before`, `found` what the policy says of the change.
    """

    def __init__(
        self,
        resources: Resources,
        connection: Connection,
        current: InForce,
        before: Case,
        document: Document,
        now: datetime,
    ) -> None:
        self._resources = resources
        self._current = current
        self._now = now
        self.before = before
        self._situation = situate(current.policy, current.data, document, now, {})
        self._after = Content(document, self._total(document))
        kept: Sequence[Version] = versions_of(connection, before.id)
        self._cases = [*(each.case for each in kept), before]
        self._contents = {each.version: self._content(each) for each in self._cases}
        self.acts = cases.acts_by_version(connection, before.id)
        is_rejected = any(given.kind is ActKind.REJECT for given, _, _ in self.acts)
        self.found = self._verdict()
        if before.status not in _ALIVE or is_rejected:
            self.found = replace(self.found, again=(Cause("change_after_end"),))

    @property
    def goes_on(self) -> bool:
        """Whether whoever is asked is asked on, and not everything begins anew."""
        return not self.found.again

    @property
    def differences(self) -> tuple[str, ...]:
        """The names of the fields that differ from the version before."""
        old = self._contents[self.before.version]
        return () if old is None else differences(old.document, self._after.document)

    @property
    def growth(self) -> Growth:
        """The totals before and after."""
        old = self._contents[self.before.version]
        return Growth(None if old is None else old.total, self._after.total)

    def _verdict(self) -> Verdict:
        """What the policy in force says of the change."""
        old = self._contents[self.before.version]
        approved = self._approved()
        if old is None or None in approved.values():
            return Verdict((Cause("change_not_comparable"),))
        known = {word: each for word, each in approved.items() if each is not None}
        return verdict(self._current.policy.changes, old, self._after, known, self._convert)

    def is_over(self, person: PersonId) -> bool:
        """Whether the new total is over the authority of somebody whom the old one was not."""
        old, new = self.growth.old, self._after.total
        if old is None or new is None or not isinstance(self._situation, Situation):
            return False
        return self._covers(person, old) and not self._covers(person, new)

    def has_grown_since(self, version: int) -> bool:
        """Whether the total has grown too much since a version that nobody had approved in full."""
        changes = self._current.policy.changes
        last = max((each.version for each in self._cases if each.status in APPROVED), default=0)
        if changes is None or changes.increase is None or version <= last:
            return False
        old = self._contents.get(version)
        return old is None or exceeds(changes.increase, old.total, self._after.total, self._convert)

    def _approved(self) -> Mapping[str, Content | None]:
        found = [each.version for each in self._cases if each.status in APPROVED]
        if not found:
            return {}
        first, last = self._contents[found[0]], self._contents[found[-1]]
        return {"original": first, "last_approved": last}

    def _content(self, case: Case) -> Content | None:
        try:
            document = document_of(self._resources, self._current.policy, case)
        except DocumentUnreadable:
            return None
        return Content(document, self._total(document))

    def _total(self, document: Document) -> Amount | None:
        policy, data = self._current.policy, self._current.data
        found = situate(policy, data, document, self._now, {})
        if isinstance(found, Situation):
            value = found.known.values.get("commitment.net")
            return value if isinstance(value, Money | Exact) else None
        return net_of(document)

    def _convert(self, amount: Amount, currency: str) -> Amount | None:
        if isinstance(self._situation, Shortage):
            return None
        found = self._situation.known.converter.convert(amount, currency)
        return None if isinstance(found, Shortage) else found

    def _covers(self, person: PersonId, amount: Amount) -> bool:
        situation = self._situation
        if isinstance(situation, Shortage):
            return False
        size = Exact(abs(Fraction(amount.minor)), amount.currency)
        alone = covering(situation, person, size) is not None
        return alone or bool(joint_covering(situation, person, size))


def _plain(before: Case, changed: Sequence[str], found: Verdict, standing: Standing) -> Plain:
    """The change as a record and an answer have it: names of fields, never what they state."""
    return {
        "from_version": before.version,
        "differences": [*changed],
        "again": [{"code": each.code, "words": dict(each.words)} for each in found.again],
        "affected": [*found.affected],
        "stands": [_named(given.assignee) for _, given in standing.stands],
        "fell": [{**_named(each.given.assignee), "code": each.code} for each in standing.fell],
    }


def _named(assignee: Assignee) -> dict[str, object]:
    return {"person": assignee.person, "on_behalf_of": assignee.on_behalf_of or ""}
