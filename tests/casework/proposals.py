"""Other policy sets for ACME, and the way of one into force."""

from __future__ import annotations

from datetime import datetime, timedelta

from adapters.policy_folder import read_set
from adapters.store import cases
from adapters.store.in_force import digests
from adapters.store.trail import records
from api.usecases.casework.acting import Action, Kind, act
from api.usecases.casework.resources import Resources
from api.usecases.policy_sets.activating import Activated, activate
from api.usecases.policy_sets.proposing import Proposed, Wish, propose
from tests.casework.conftest import ACME
from tests.casework.documents import NOW, by

LATER = NOW + timedelta(hours=1)
LIMITS = "organization.yaml"
MANAGER = "{who: manager, entity: US01, up_to: 10_000.00 USD}"


def acme(*changes: tuple[str, str, str], with_tests: bool = False) -> dict[str, bytes]:
    """ACME with texts of files exchanged; without its tests where they are not asked for."""
    files = read_set(ACME)
    for name, old, new in changes:
        text = files[name].decode()
        assert old in text, old
        files[name] = text.replace(old, new, 1).encode()
    return {
        name: data for name, data in files.items() if with_tests or not name.startswith("tests/")
    }


def managers_up_to(amount: str) -> dict[str, bytes]:
    """ACME with another limit for managers of US01."""
    return acme((LIMITS, MANAGER, MANAGER.replace("10_000.00", amount)))


def proposed(
    resources: Resources,
    files: dict[str, bytes],
    person: str = "gina",
    at: datetime | None = None,
    now: datetime = NOW,
) -> Proposed:
    """What becomes of a proposal."""
    return propose(resources, Wish(files, "the limit has changed", at), by(person), now)


def approved(
    resources: Resources,
    files: dict[str, bytes],
    person: str = "gina",
    approver: str = "carl",
    at: datetime | None = None,
) -> int:
    """The case of a proposal that was approved."""
    made = proposed(resources, files, person, at)
    assert made.case is not None, made.unfit
    assert approve(resources, made.case.id, approver) == ""
    return made.case.id


def approve(resources: Resources, case_id: int, person: str, now: datetime = NOW) -> str:
    """Why an approval was refused; empty where it was not."""
    with resources.store.reading() as connection:
        case = cases.by_id(connection, case_id)
    assert case is not None
    done = act(resources, case_id, Action(Kind.APPROVE, person, case.version), by(person), now)
    assert done is not None
    return done.code


def activated(
    resources: Resources, case_id: int, person: str = "axel", now: datetime = LATER
) -> Activated:
    """What becomes of an activation."""
    done = activate(resources, case_id, by(person), now)
    assert done is not None
    return done


def in_force(resources: Resources) -> str:
    """The digest of the set in force."""
    with resources.store.reading() as connection:
        return digests(connection).policy


def kinds(resources: Resources) -> list[str]:
    """The kinds of all records, in order."""
    with resources.store.reading() as connection:
        return [record.kind for record in records(connection)]
