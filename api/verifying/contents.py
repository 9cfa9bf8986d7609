"""Policy sets and people out of an export, loaded by digest; the last few are kept loaded.

Loaded as far as deciding needs it. Tax numbers are not judged: that needs a library which does not
come with the verifier, and only readiness asks for it. Sets are compiled without their lints: one
that was in force had passed them, and they change nothing that it decides.
"""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from pathlib import Path
from typing import Final, TypeVar

from adapters.master_data import load_folder
from adapters.master_data.hiding import without_mark
from api.verifying.archive import Archive, ArchiveRefused, name_within
from engine.identifiers.judged import not_judged
from engine.master_data import MasterData
from engine.policy import PolicySet
from engine.tokens import no_tokens, token
from engine.verifying.performing import Contents, Names, Unavailable
from rules.compiling.compiler import compile_set
from rules.diagnostics import Diagnostics

KEPT_LOADED: Final = 4

T = TypeVar("T")
V = TypeVar("V")


class Loader:
    """Gives what digests name; raises `Unavailable` again for what could not be had before."""

    def __init__(self, archive: Archive, erased: frozenset[str]) -> None:
        self._archive = archive
        self._erased = erased
        self._entries = archive.contents()
        self._policies: OrderedDict[str, PolicySet | Unavailable] = OrderedDict()
        self._known: OrderedDict[Names, Contents | Unavailable] = OrderedDict()

    def load(self, names: Names) -> Contents:
        """What the digests name. Raises `Unavailable`."""
        found = self._known.get(names)
        if found is None:
            found = self._loaded(names)
            _keep(self._known, names, found)
        self._known.move_to_end(names)
        if isinstance(found, Unavailable):
            raise found
        return found

    def _loaded(self, names: Names) -> Contents | Unavailable:
        try:
            policy = self._policy(names.policy)
            files = self._files(names.master_data) | self._files(names.delegations)
            return Contents(policy, _data(files, policy))
        except Unavailable as problem:
            return problem

    def _policy(self, digest: str) -> PolicySet:
        found = self._policies.get(digest)
        if found is None:
            try:
                found = _compiled(self._files(digest))
            except Unavailable as problem:
                found = problem
            _keep(self._policies, digest, found)
        if isinstance(found, Unavailable):
            raise found
        return found

    def _files(self, digest: str) -> dict[str, bytes]:
        if digest in self._erased:
            raise Unavailable(f"what `{digest}` names was erased")
        if digest not in self._entries:
            raise Unavailable(f"what `{digest}` names is not in the export")
        try:
            return {name_within(e): self._archive.whole(e) for e in self._entries[digest]}
        except ArchiveRefused as problem:
            raise Unavailable(str(problem)) from problem


def _keep(known: OrderedDict[T, V], key: T, value: V) -> None:
    known[key] = value
    while len(known) > KEPT_LOADED:
        known.popitem(last=False)


def _compiled(files: dict[str, bytes]) -> PolicySet:
    found = Diagnostics()
    policy = compile_set(files, found)
    if policy is None:
        raise Unavailable(f"the policy set does not load: {found.sorted()[0]}")
    return policy


def _data(files: dict[str, bytes], policy: PolicySet) -> MasterData:
    files, mark = without_mark(files)
    tokens = no_tokens if mark else token
    with tempfile.TemporaryDirectory(prefix="countersign-verify-") as folder:
        for name, data in files.items():
            Path(folder, Path(name).name).write_bytes(data)
        made = load_folder(
            Path(folder), policy.organization, policy.facts, judging=not_judged, tokens=tokens
        )
    if made.data is None:
        raise Unavailable(f"the master data do not load: {made.refused}")
    return made.data
