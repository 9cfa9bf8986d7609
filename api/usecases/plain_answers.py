"""Who may sign what, and who can sign a document, as values for programs."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC
from typing import Final

from api.usecases.asking import Answer, Open
from api.usecases.register import Shown
from engine.explaining.explanation import message
from engine.explaining.messages import Family
from engine.explaining.who_can import Covering, Fillable, Other
from engine.places import NOWHERE
from engine.recording import to_plain

NOT_ASKED: Final = "has the authority, and no place of the route asks this person"


def shown_plain(shown: Shown) -> dict[str, object]:
    """One entry of the register; what a line does not say is left out."""
    entry = shown.entry
    return {
        "person": entry.person.id,
        "name": entry.person.name,
        "entity": entry.person.entity,
        "at": entry.now.astimezone(UTC).isoformat(),
        "employment": str(entry.employment),
        "status": shown.status,
        "supervisor": entry.supervisor,
        "logins": list(entry.logins),
        "lines": [
            {name: value for name, value in asdict(line).items() if value} for line in shown.lines
        ],
    }


def answer_plain(found: Answer | Open) -> dict[str, object]:
    """One answer of who can sign."""
    inner = found.found
    common: dict[str, object] = {
        "type": found.document.type,
        "entity": found.document.entity,
        "at": inner.decision.now.isoformat(),
        "amount": inner.amount,
        "covering": [_plain_covering(each) for each in inner.covering],
        "lacking": [{"code": each.code, "detail": each.detail} for each in inner.lacking],
    }
    if isinstance(found, Open):
        alike = [
            {"requesters": list(each.requesters), "decision": to_plain(each.decision)}
            for each in found.by_requester
        ]
        return {**common, "by_requester": alike, "is_cut": found.is_cut}
    return {
        **common,
        "decision": to_plain(inner.decision),
        "approvers": sorted(inner.approvers),
        "places": [_plain_place(place) for place in inner.places],
        "others": [
            {"person": other.person, "code": other.code, "reason": why(other)}
            for other in inner.others
        ],
    }


def _plain_covering(each: Covering) -> dict[str, object]:
    limit = each.limit
    return {
        "who": list(limit.who),
        "jointly": limit.jointly,
        "up_to": None if limit.up_to is None else str(limit.up_to),
        "place": str(limit.place),
        "people": [{"person": person, "prevented": code} for person, code in each.people],
    }


def _plain_place(place: Fillable) -> dict[str, object]:
    return {
        "step": place.step,
        "assignment": place.asked.id,
        "word": place.asked.word,
        "ask": str(place.asked.ask),
        "already": place.asked.already,
        "people": [
            {
                "person": signer.assignee.person,
                "via": str(signer.assignee.via),
                "on_behalf_of": signer.assignee.on_behalf_of,
                "by": [
                    {
                        "code": ground.code,
                        "name": ground.name,
                        "amount": ground.amount,
                        "place": "" if ground.place == NOWHERE else str(ground.place),
                    }
                    for ground in signer.grounds
                ],
            }
            for signer in place.signers
        ],
    }


def why(other: Other) -> str:
    """The engine's reason in one line."""
    if other.code == "not_asked":
        return NOT_ASKED
    return message(Family.PASSED, other.code, other.words).said("full")
