"""Steps of one route that are one approval: `[officer, officer]` asks one officer once."""

from __future__ import annotations

from engine.policy import PolicySet
from engine.routing.words import RoleWord, Signed, Word
from rules.checks.answers import every_answer, words_of
from rules.diagnostics import Diagnostics


def check_steps(policy: PolicySet, diagnostics: Diagnostics) -> None:
    """Every step that asks a role which a step before asks already."""
    for answer in every_answer(policy):
        asked: set[str] = set()
        for word in words_of(answer):
            role = _role(word)
            if role is None:
                continue
            if role.role in asked:
                seats = policy.organization.roles[role.role].seats
                message = f"`{role.role}` is asked in two steps, and one approval fills both"
                help = "write it once"
                if seats != 1:
                    help += f", or for two persons `{{at_least: 2, of: {role.role}}}`"
                diagnostics.warning("asked-once", role.place, message, help)
            asked.add(role.role)


def _role(word: Word) -> RoleWord | None:
    """The role that a step asks, signed or not."""
    inner = word.who if isinstance(word, Signed) else word
    return inner if isinstance(inner, RoleWord) else None
