"""Who owns what a document charges: per cost center or project, for the allocated amount."""

from __future__ import annotations

from engine.knowing import Situation
from engine.master_data import PersonId, current
from engine.money import Money
from engine.values import value


@value
class Allocation:
    """The objects of one owner and the net amount charged to them, in the document's currency."""

    objects: tuple[str, ...]
    amount: Money


def charged(situation: Situation, kind: str) -> dict[PersonId, Allocation] | tuple[str, str]:
    """Per owner, what he is asked for; or a hold code and what is missing.

    `kind` is cost_center_owner, budget_holder or project_manager. Two objects of one owner are
    one allocation.
    """
    noun = "project" if kind == "project_manager" else "cost_center"
    amounts: dict[str, int] = {}
    document = situation.document
    for line in document.lines:
        name = line.project if noun == "project" else line.cost_center
        amounts[name] = amounts.get(name, 0) + line.net.minor
    if not document.lines:
        amounts[document.project if noun == "project" else document.cost_center] = 0
    owners: dict[PersonId, Allocation] = {}
    for name, minor in amounts.items():
        if not name:
            return "fact_missing", noun
        owner = _owner(situation, kind, name)
        if owner is None:
            return "no_owner", f"{noun} {name}"
        before = owners.get(owner)
        objects: tuple[str, ...] = (name,)
        total = minor
        if before is not None:
            objects, total = (*before.objects, name), before.amount.minor + minor
        owners[owner] = Allocation(objects, Money(total, document.currency))
    return owners


def _owner(situation: Situation, kind: str, name: str) -> PersonId | None:
    if kind == "project_manager":
        project = situation.data.projects.get(name)
        return current(project.managers, situation.now) if project is not None else None
    center = situation.data.cost_centers.get(name)
    if center is None:
        return None
    held = center.owners if kind == "cost_center_owner" else center.budget_holders
    return current(held, situation.now)
