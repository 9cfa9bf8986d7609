"""A folder of policy files and a folder of master data, ready to decide with.

A folder is a draft: nobody has activated it. What is decided with it is marked so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

from adapters.master_data import BadRow, load_folder
from adapters.policy_folder import FolderRefused, read_set
from engine.deciding import decide
from engine.master_data import MasterData
from engine.policy import PolicySet
from rules.checks import lint_with_data
from rules.compiling.accepting import BY_PEOPLE, Accepted, settle
from rules.diagnostics import Diagnostic, Diagnostics
from rules.loading import load_set


@dataclass(frozen=True, slots=True)
class Draft:
    """A set from a folder, its files, and what checking it reported."""

    folder: Path
    files: Mapping[str, bytes]
    policy: PolicySet
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftData:
    """Master data from a folder; `names` of persons by id, `reports` of rows left out or noted."""

    data: MasterData
    reports: tuple[BadRow, ...] = ()
    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


class PolicyNotLoaded(Exception):
    """The set does not load; `diagnostics` say why, or the message where there is no set at all."""

    def __init__(self, message: str, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(message)
        self.diagnostics = diagnostics


class DataNotLoaded(Exception):
    """The master data does not load; the message says why, one line each."""


def load_draft(folder: Path) -> Draft:
    """The set in a folder. Raises `PolicyNotLoaded`."""
    files, policy, found = check_draft(folder)
    if policy is None:
        raise PolicyNotLoaded(f"the policy set in `{folder}` has errors", found)
    return Draft(folder, files, policy, found)


def check_draft(
    folder: Path, on: date | None = None
) -> tuple[Mapping[str, bytes], PolicySet | None, tuple[Diagnostic, ...]]:
    """The files, the set if it loads, and every report. Raises `PolicyNotLoaded` for no set.

    `on` is the day on which accepted reports may have ended; without it none has.
    """
    try:
        files = read_set(folder)
    except FolderRefused as refusal:
        raise PolicyNotLoaded(str(refusal)) from None
    found = Diagnostics()
    policy = load_set(files, found, on)
    return files, policy, found.sorted()


def check_people(
    policy: PolicySet,
    data: MasterData,
    now: datetime,
    progress: Callable[[int, int], None] = lambda done, total: None,
    accepted: Iterable[Accepted] = (),
) -> tuple[Diagnostic, ...]:
    """What the set alone does not show: who is missing, and what nobody may approve.

    `progress` is told how many matrices and entities are done, and of how many. What is `accepted`
    becomes a note, until the day that `now` is.
    """
    found, settled = Diagnostics(), Diagnostics()
    lint_with_data(policy, data, found, decide, now, progress)
    settle(found, accepted, BY_PEOPLE, settled, now.date())
    return settled.sorted()


def data_folder(policy_folder: Path) -> Path | None:
    """The folder `data` of a set, which examples bring along; `None` where there is none."""
    folder = policy_folder / "data"
    return folder if folder.is_dir() else None


def load_data(folder: Path, policy: PolicySet) -> DraftData:
    """The master data in a folder. Raises `DataNotLoaded`."""
    load = load_folder(folder, policy.organization, policy.facts)
    if load.data is None:
        raise DataNotLoaded(load.refused or "the master data cannot be used")
    names = {str(person.id): person.name for person in load.data.people.values()}
    return DraftData(load.data, load.quarantined, MappingProxyType(names))
