"""Why nothing is erased, held or let go; and who may do any of it."""

from __future__ import annotations

from datetime import datetime

from api.usecases.casework.resources import InForce
from api.usecases.policy_sets.entitled import is_active
from engine.master_data import PersonId


class RetentionRefused(Exception):
    """Nothing was done. `code` is stable, the message a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def expect_employed(current: InForce, name: str, now: datetime) -> PersonId:
    """The person of this name. Raises `RetentionRefused` where nobody who is employed has it."""
    person = current.data.person_of(name, now)
    if person is None or not is_active(current.data, person, now):
        raise RetentionRefused("person_unknown", f"nobody who is employed is known as `{name}`")
    return person


def expect_reason(because: str) -> None:
    """Raises `RetentionRefused` for an empty reason."""
    if not because.strip():
        raise RetentionRefused("reason_missing", "expected a reason")
