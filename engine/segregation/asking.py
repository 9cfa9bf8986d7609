"""What has to be looked up before a document is decided: as little as the conflicts need."""

from __future__ import annotations

from datetime import datetime

from engine.business_time import local_day
from engine.documents.model import Document
from engine.master_data import MasterData
from engine.matching import scope_keys
from engine.policy import PolicySet
from engine.segregation.ground import PREFIXES
from engine.segregation.keys import about
from engine.segregation.rulings import HELD_ROLES, NO_RULINGS, is_in_force, rulings_by_type
from engine.values import value


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
    lookup, scopes = policy.lookup, scope_keys(entity, document.type)
    of_type = lookup.rulings if lookup is not None else rulings_by_type(policy)
    found = [
        ruling
        for ruling in of_type.get(document.type, NO_RULINGS).every
        if is_in_force(ruling.conflict, day, scopes)
    ]
    compared = [ruling for ruling in found if ruling.conflict.on != HELD_ROLES]
    names = {ruling.conflict.name for ruling in found}
    mitigations = frozenset(m.name for m in policy.mitigations if m.conflict in names)
    if not compared:
        return Wanted(frozenset(), False, frozenset(), frozenset(), 0, mitigations)
    prefixes = tuple({prefix for each in compared for prefix in PREFIXES[each.conflict.on]})
    own = f"document:{document.type}/{document.id}"
    every = about(data, document, now)
    duties = [duty for ruling in compared for duty in (ruling.first, ruling.second)]
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
