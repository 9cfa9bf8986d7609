"""What has to be looked up before a document is decided: as little as the conflicts need."""

from __future__ import annotations

from datetime import datetime

from engine.business_time import local_day
from engine.documents.model import Document
from engine.master_data import MasterData
from engine.matching import scope_keys
from engine.policy import PolicySet
from engine.segregation.ground import HELD_ROLES, PREFIXES, counts, rulings
from engine.segregation.keys import about
from engine.values import value

NAMED: tuple[str, ...] = ("submit", "request", "buy", "receive", "approve")


@value
class Wanted:
    """Which acts are asked for: those that share a key, of these types and kinds, so far back.

    `keys` empty: none. `chain`: those on every document of the chain as well, however old. `within`
    is a number of local days before the document was first submitted, the last included; `None` is
    ever. `mitigations` are those whose oldest unreviewed use is asked for. `documents` empty: of
    all types.
    """

    keys: frozenset[str]
    chain: bool
    documents: frozenset[str]
    acts: frozenset[str]
    within: int | None
    mitigations: frozenset[str]


NOTHING = Wanted(frozenset(), False, frozenset(), frozenset(), 0, frozenset())


def wanted(policy: PolicySet, data: MasterData, document: Document, now: datetime) -> Wanted:
    """What the conflicts that speak of this document have to know of the past."""
    entity = policy.organization.entities.get(document.entity)
    if entity is None or not policy.conflicts:
        return NOTHING
    day = local_day(now, entity.zone)
    found = [
        ruling
        for ruling in rulings(policy, day, scope_keys(entity, document.type), document.type)
        if any(counts(d, act, document.type) for d in ruling.duties for act in NAMED)
        or ruling.conflict.on == HELD_ROLES
    ]
    compared = [ruling for ruling in found if ruling.conflict.on != HELD_ROLES]
    names = {ruling.conflict.name for ruling in found}
    mitigations = frozenset(m.name for m in policy.mitigations if m.conflict in names)
    if not compared:
        return Wanted(frozenset(), False, frozenset(), frozenset(), 0, mitigations)
    prefixes = tuple({prefix for each in compared for prefix in PREFIXES[each.conflict.on]})
    own = f"document:{document.type}/{document.id}"
    every = about(data, document, now)
    duties = [duty for ruling in compared for duty in ruling.duties]
    windows = [ruling.conflict.within for ruling in compared]
    return Wanted(
        keys=frozenset({own, *(key for key in every if key.startswith(prefixes))}),
        chain=any(ruling.conflict.on == "same_chain" for ruling in compared),
        documents=frozenset[str]()
        if any(not duty.documents for duty in duties)
        else frozenset[str]().union(*(duty.documents for duty in duties)),
        acts=frozenset[str]().union(*(duty.acts for duty in duties)),
        within=None if None in windows else max(days for days in windows if days is not None),
        mitigations=mitigations,
    )
