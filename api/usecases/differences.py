"""Two sets compared, each from a folder or from a revision, and by person with master data."""

from __future__ import annotations

from pathlib import Path

from adapters.policy_folder import FolderRefused
from adapters.policy_revision import is_revision, read_revision
from api.usecases.drafts import Draft, PolicyNotLoaded, load_draft
from rules.analysis.differences import compare
from rules.analysis.differences.model import Differences
from rules.compiling.compiler import accepted_by
from rules.diagnostics import Diagnostics
from rules.loading import load_set


def draft_from(source: Path) -> Draft:
    """The set in a folder, or in `REVISION:FOLDER`. Raises `PolicyNotLoaded`."""
    text = str(source)
    if not is_revision(text):
        return load_draft(source)
    try:
        files = read_revision(text)
    except FolderRefused as refusal:
        raise PolicyNotLoaded(str(refusal)) from None
    found = Diagnostics()
    policy = load_set(files, found)
    if policy is None:
        raise PolicyNotLoaded(f"the policy set in `{text}` has errors", found.sorted())
    return Draft(source, files, policy, found.sorted())


def differences(old: Draft, new: Draft) -> Differences:
    """Everything in which two drafts differ."""
    accepted = accepted_by(old.files), accepted_by(new.files)
    return compare(old.policy, new.policy, accepted)
