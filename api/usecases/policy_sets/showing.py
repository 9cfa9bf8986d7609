"""Policy sets in force and proposed ones, as plain values for whoever looks at them."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection

from adapters.store import cases
from adapters.store.in_force import What, digests
from adapters.store.in_force_history import Held, history_of
from adapters.store.proposals import Proposal
from api.usecases.casework.resources import Plain
from api.usecases.policy_sets.rolling_back import set_before
from engine.recording import moment_text


def sets_plain(connection: Connection) -> Plain:
    """What is in force, what was, and what going back would put in force; newest first."""
    found = history_of(connection, What.POLICY)
    return {
        "in_force": digests(connection).policy,
        "before": set_before(found) or "",
        "history": [_held_plain(each) for each in reversed(found)],
    }


def proposals_plain(connection: Connection, found: Sequence[Proposal]) -> list[Plain]:
    """Proposals, each with whether it is approved and whether its base still is in force."""
    now = digests(connection).policy
    standing = {case.id: case for case in cases.by_ids(connection, [p.case_id for p in found])}
    return [
        {
            **proposal_plain(each),
            "approval": str(standing[each.case_id].status),
            "is_based_on_what_is_in_force": each.based_on == now,
        }
        for each in found
    ]


def proposal_plain(proposal: Proposal) -> Plain:
    """A proposal in itself."""
    at = proposal.effective_at
    return {
        "case": cases.number_of(proposal.case_id),
        "set": proposal.digest,
        "based_on": proposal.based_on,
        "proposed_by": proposal.proposed_by,
        "proposed_at": moment_text(proposal.proposed_at),
        "because": proposal.because,
        "effective_at": "" if at is None else moment_text(at),
        "status": str(proposal.status),
        "code": proposal.code,
        "changed_by": proposal.changed_by,
        "changed_at": moment_text(proposal.changed_at),
        **json.loads(proposal.differences),
    }


def _held_plain(held: Held) -> Plain:
    return {
        "set": held.digest,
        "since": moment_text(held.since),
        "until": "" if held.until is None else moment_text(held.until),
        "how": held.how,
        "position": held.position,
    }
