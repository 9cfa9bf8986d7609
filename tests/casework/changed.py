"""ACME with rules for changes, and what tests of changed cases do and look at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from adapters.policy_folder import read_set
from adapters.store import cases
from adapters.store.cases import Case
from adapters.store.trail import every_record
from api.usecases.casework.acting import Acted, Action, Kind, act
from api.usecases.casework.activating import bootstrap
from api.usecases.casework.resources import Plain, Resources
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by
from tests.databases import opened

RULES = """
changes:
  again_when:
    increase: {percent: 5%, over: either, since: [original, last_approved]}
    changed: [supplier, entity]
  affected_steps_only_when: {changed: [cost_center, project]}
"""
HOUR = timedelta(hours=1)
TARGETS = {("US01", "purchase_order"): "erp"}


def acme(rules: str = RULES) -> dict[str, bytes]:
    """The files of ACME with these `changes`."""
    files = read_set(ACME)
    return files | {"handling.yaml": files["handling.yaml"] + rules.encode()}


@contextmanager
def service(
    kind: str, folder: Path, files: dict[str, bytes], **more: object
) -> Iterator[Resources]:
    """A service with these files in force, on a fresh database of the kind."""
    with opened(kind, folder) as store:
        made = Resources(store, **more)  # type: ignore[arg-type]
        bootstrap(made, files, data_files(), ADMIN, "installation", START)
        yield made


def sent(resources: Resources, raw: dict[str, object], at: datetime = NOW) -> Case:
    """The case of a document that was submitted."""
    done = submit(resources, raw, "portal", PORTAL, at)
    assert isinstance(done, Submitted), done
    return done.case


def did(
    resources: Resources,
    case: Case,
    person: str,
    kind: Kind = Kind.APPROVE,
    at: datetime = NOW + HOUR,
    to: str = "",
) -> Acted:
    """What became of an action on the present version."""
    now = seen(resources, case)
    done = act(resources, case.id, Action(kind, person, now.version, to=to), by(person), at)
    assert done is not None
    return done


def seen(resources: Resources, case: Case) -> Case:
    """The case as it is now."""
    with resources.store.reading() as connection:
        found = cases.by_id(connection, case.id)
    assert found is not None
    return found


def asked(resources: Resources, case: Case) -> list[str]:
    """Who is asked on the case, sorted."""
    with resources.store.reading() as connection:
        return sorted({task.person for task in cases.tasks_on(connection, case.id)})


def change(case: Case) -> Plain:
    """What the present content changed, as it is kept."""
    found: Plain = json.loads(case.change_json)
    return found


def stood(case: Case) -> list[str]:
    """Whose approvals stand."""
    return [each["person"] for each in change(case)["stands"]]  # type: ignore[attr-defined]


def fell(case: Case) -> list[tuple[str, str]]:
    """Whose approvals stand no longer, and why."""
    return [(each["person"], each["code"]) for each in change(case)["fell"]]  # type: ignore[attr-defined]


def codes(case: Case) -> list[str]:
    """Why everything is approved again."""
    return [each["code"] for each in change(case)["again"]]  # type: ignore[attr-defined]


def last_record(resources: Resources, kind: str) -> Plain:
    """The last record of a kind."""
    with resources.store.reading() as connection:
        found = [each for each in every_record(connection) if each.kind == kind]
    plain: Plain = json.loads(found[-1].body)
    return plain
