"""Whether somebody may let a document post although a finding stands.

A release is no approval, and whoever could not approve the document cannot release it either: the
requester, a beneficiary, a related party, somebody with a conflict of duties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from engine.documents.model import Document
from engine.knowing import Situation, situate
from engine.master_data import MasterData
from engine.policy import PolicySet
from engine.readiness.finding import Finding, Release
from engine.routing.authority import holds_role
from engine.routing.eligibility import bar

AskAt = Callable[[datetime], tuple[Finding, ...]]


def released(
    finding: Finding,
    releases: Iterable[Release],
    world: tuple[PolicySet, MasterData, Document],
    now: datetime,
    ask_at: AskAt,
) -> Finding:
    """The finding with the first release that counts; unchanged where none does.

    `ask_at` asks the same document at another moment: the finding must have stood when it was
    released, so that nobody releases in advance what happens later.
    """
    for release in releases:
        if _speaks_of(release, finding, world[2], now) and _may_release(release, finding, world):
            if finding.id in {one.id for one in ask_at(release.at)}:
                return replace(finding, released=release)
    return finding


def _speaks_of(release: Release, finding: Finding, document: Document, now: datetime) -> bool:
    """Whether it is for this finding of this content, and gives a reason."""
    return (
        bool(finding.releasable_by)
        and release.finding == finding.id
        and bool(release.reason.strip())
        and bool(document.digest)
        and release.document_digest == document.digest
        and release.at.tzinfo is not None
        and release.at <= now
    )


def _may_release(
    release: Release, finding: Finding, world: tuple[PolicySet, MasterData, Document]
) -> bool:
    """Whether the person held the role then, and nothing barred him."""
    policy, data, document = world
    role = policy.organization.roles.get(finding.releasable_by)
    situation = situate(policy, data, document, release.at, {})
    if role is None or not isinstance(situation, Situation):
        return False
    return holds_role(situation, release.by, role) and not bar(situation, release.by)
