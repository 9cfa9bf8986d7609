"""A set that somebody proposes: loaded, checked, tested and compared before anybody is asked."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from adapters.policy_folder import (
    DATA_FOLDERS,
    MOST_BYTES,
    MOST_BYTES_TOGETHER,
    MOST_FILES,
    ROOT_FILE,
    SUFFIXES,
)
from adapters.store.in_force import Files
from api.usecases.casework.resources import Plain
from api.usecases.drafts import Draft
from api.usecases.policy_testing import run
from engine.canonical import digest_of_files
from engine.policy import PolicySet
from rules.analysis.differences import compare
from rules.analysis.differences.model import Differences, Direction, Effect
from rules.compiling.compiler import accepted_by
from rules.compiling.set_changes import DOCUMENT
from rules.diagnostics import Diagnostic, Diagnostics
from rules.loading import load_set
from rules.reading.nodes import Scalar
from rules.testing.forms import read_tests
from rules.testing.running import Result

MOST_REPORTED: Final = 100
MOST_NAME: Final = 300
_NAME: Final = re.compile(r"(?!.*(?:^|/)\.)[\w][\w .,+()-]*(?:/[\w][\w .,+()-]*)*")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A set that may be proposed. `digest` is that of its files, which is what is put in force.

    `loosens` is false only where nothing is needed less than before, as far as that can be told;
    `test_count` are the tests that passed.
    """

    files: Files
    policy: PolicySet
    digest: str
    differences: Plain
    loosens: bool
    test_count: int


@dataclass(frozen=True, slots=True)
class Unfit:
    """Why a set cannot be proposed: a stable code, a sentence, and what was reported."""

    code: str
    message: str
    reports: tuple[Plain, ...] = ()


def parted(files: Files) -> tuple[Files, Files]:
    """The files of the set, and those of master data that its tests use."""
    policy = {
        name: body
        for name, body in files.items()
        if name.endswith(SUFFIXES) and not DATA_FOLDERS & {*name.split("/")[:-1]}
    }
    return policy, {name: body for name, body in files.items() if name not in policy}


def data_asked(files: Files) -> frozenset[str]:
    """The folders of master data that the tests of a set name, as they are written."""
    return frozenset(
        value.text
        for file in read_tests(files, Diagnostics())
        for test in file.tests
        for given in test.given
        for key, value in given.entries
        if key.text == "data" and isinstance(value, Scalar)
    )


def unfit_files(files: Files) -> Unfit | None:
    """What is wrong with files as they were sent, before any of them is read."""
    if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_BYTES_TOGETHER:
        return Unfit("too_large", f"expected at most {MOST_FILES:,} files")
    for name, body in files.items():
        if len(name) > MOST_NAME or not _NAME.fullmatch(name) or len(body) > MOST_BYTES:
            return Unfit("file_not_taken", "expected plain names within a folder, and small files")
    policy, data = parted(files)
    if ROOT_FILE not in policy:
        return Unfit("no_set", f"expected a file `{ROOT_FILE}`, found none")
    strangers = [name for name in data if not name.endswith((*SUFFIXES, ".csv"))]
    if strangers:
        return Unfit("file_not_taken", f"expected YAML or CSV, found {len(strangers)} other files")
    return None


def judge(files: Files, before: tuple[Files, PolicySet], now: datetime) -> Candidate | Unfit:
    """The set in these files, held against the one in force; or why it cannot take its place.

    `now` (aware) is when reports that are accepted until a day count again.
    """
    unfit = unfit_files(files)
    if unfit is not None:
        return unfit
    policy_files, data = parted(files)
    found = Diagnostics()
    policy = load_set(policy_files, found, now.date())
    if policy is None:
        return Unfit("does_not_load", "the set has errors", _reports(found.sorted()))
    if not is_changeable(policy):
        message = "the set names nobody who approves its changes: say `policy_changes`"
        return Unfit("not_changeable", message)
    digest = digest_of_files(policy_files)
    if digest == digest_of_files(before[0]):
        return Unfit("nothing_changes", "the set is the one that is in force")
    results, wrong = _tested(policy_files, data, policy, found.sorted())
    failed = [result for result in results if not result.passed]
    if failed or any(report.severity == "error" for report in wrong):
        message = f"{len(failed)} of {len(results)} tests of the set fail"
        return Unfit("tests_fail", message, (*_failures(failed), *_reports(wrong)))
    differences = compare(before[1], policy, (accepted_by(before[0]), accepted_by(policy_files)))
    return Candidate(
        policy_files,
        policy,
        digest,
        plain_differences(differences),
        loosens(differences),
        len(results),
    )


def is_changeable(policy: PolicySet) -> bool:
    """Whether the set says who approves another one."""
    changes = policy.set_changes
    return (changes is not None and changes.matrix is not None) or any(
        DOCUMENT in matrix.documents for matrix in policy.matrices
    )


def loosens(found: Differences) -> bool:
    """Whether anything may be needed less than before: what cannot be told counts as that."""
    directions = {each.direction for each in found.found}
    directions |= {each.direction for each in found.effects}
    return bool(found.unproved) or bool(directions - {Direction.STRICTER})


def plain_differences(found: Differences) -> Plain:
    """What differs, in sentences, looser things first."""
    return {
        "differences": [
            {
                "area": str(each.area),
                "direction": str(each.direction),
                "says": f"{each.name}: {each.says}",
            }
            for each in found.found
        ],
        "effects": [
            {
                "direction": str(each.direction),
                "documents": _which(each),
                "before": each.before,
                "after": each.after,
                "witness": each.witness,
            }
            for each in found.effects
        ],
        "not_proved": [each.why for each in found.unproved],
    }


def _which(effect: Effect) -> str:
    head = f"{', '.join(effect.documents)} in {', '.join(effect.entities)}"
    rest = ", ".join(filter(None, (effect.amounts, effect.where, effect.days)))
    return f"{head}: {rest or 'every document'}"


def _tested(
    files: Files, data: Files, policy: PolicySet, reports: tuple[Diagnostic, ...]
) -> tuple[tuple[Result, ...], tuple[Diagnostic, ...]]:
    """The tests of the set, with the master data that came with it and no other."""
    with tempfile.TemporaryDirectory(prefix="countersign-") as folder:
        root = Path(folder)
        for name, body in data.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        return run(Draft(root, files, policy, reports))


def _reports(found: Sequence[Diagnostic]) -> tuple[Plain, ...]:
    return tuple({**each.to_json()} for each in found[:MOST_REPORTED])


def _failures(failed: Sequence[Result]) -> Iterator[Plain]:
    for result in failed[:MOST_REPORTED]:
        yield {
            "file": result.place.file,
            "line": result.place.line,
            "column": result.place.column,
            "code": "test-failed",
            "severity": "error",
            "message": f"{result.name}",
            "help": "\n".join(str(result).splitlines()[2:])[:1000],
            "witness": None,
        }
