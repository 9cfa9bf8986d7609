"""What the use cases work with: the store, what is in force, the keys, and where postings go."""

from __future__ import annotations

import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Generic, TypeVar

from sqlalchemy import Connection

from adapters.encryption import TokenKey
from adapters.master_data import BadRow, load_folder
from adapters.master_data.hiding import without_mark
from adapters.store.in_force import Digests, Files, digests, files_of
from adapters.store.opening import Store
from engine.canonical import digest_of_files
from engine.master_data import MasterData
from engine.policy import PolicySet
from engine.tokens import Tokens, no_tokens, token
from rules.diagnostics import Diagnostics
from rules.loading import load_set

KEPT_LOADED: Final = 3  # sets with their people; two are at work while one replaces the other

Plain = dict[str, object]
T = TypeVar("T")


class NothingInForce(Exception):
    """No policy set was ever put in force, or no master data: nothing can be decided."""


class ContentsUnusable(Exception):
    """What is in force cannot be loaded. The message says what, and why."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A policy set and master data, loaded, and the digests that name them."""

    digests: Digests
    policy: PolicySet
    data: MasterData


class Loaded:
    """Sets and people by digest, loaded once. Shared by the threads of a process."""

    def __init__(self, token_key: TokenKey | None = None) -> None:
        """`token_key` makes the tokens by which restricted values are compared; without one they
        are made without a key, in development."""
        self.token_key = token_key
        self._known: OrderedDict[Digests, InForce] = OrderedDict()
        self._lock = threading.Lock()

    def latest(self) -> InForce | None:
        """What was in force when it was last asked for; it may be no more."""
        with self._lock:
            return next(reversed(self._known.values()), None)

    def current(self, connection: Connection, *, lock: bool = False) -> InForce:
        """What is in force now, and with `lock` until the transaction ends.

        Raises `NothingInForce` and `ContentsUnusable`.
        """
        wanted = digests(connection, lock=lock)
        if not wanted.is_complete:
            raise NothingInForce("no policy set is in force; `countersign activate` puts one")
        made = self._get(connection, wanted)
        with self._lock:
            self._known[wanted] = made
            self._known.move_to_end(wanted)
            while len(self._known) > KEPT_LOADED:
                self._known.popitem(last=False)
        return made

    def earlier(self, connection: Connection, wanted: Digests) -> InForce:
        """What was in force when something was decided. Raises `ContentsUnusable`."""
        made = self._get(connection, wanted)
        with self._lock:
            if wanted not in self._known and len(self._known) < KEPT_LOADED:
                self._known[wanted] = made
                self._known.move_to_end(wanted, last=False)  # it is not the latest
        return made

    def _get(self, connection: Connection, wanted: Digests) -> InForce:
        with self._lock:
            known = self._known.get(wanted)
        return load(connection, wanted, self.token_key) if known is None else known


def load(connection: Connection, wanted: Digests, key: TokenKey | None) -> InForce:
    """The contents behind digests, loaded. Raises `ContentsUnusable`."""
    try:
        policy = policy_of(files_of(connection, wanted.policy))
        files = files_of(connection, wanted.master_data) | files_of(connection, wanted.delegations)
    except LookupError as problem:
        raise ContentsUnusable(str(problem)) from problem
    return InForce(wanted, policy, data_of(files, policy, key))


class Made(Generic[T]):
    """The last few values, by the digests of all that they were made of.

    Who puts something in force makes it, to see that it can be made, and whoever decides by it next
    needs the same. The files themselves are not kept. Threads share it.
    """

    def __init__(self, most: int = KEPT_LOADED) -> None:
        self._most = most
        self._made: OrderedDict[tuple[str, ...], T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: tuple[str, ...], make: Callable[[], T]) -> T:
        """The value; made without the lock, since that takes long. What `make` raises is raised."""
        with self._lock:
            known = self._made.get(key)
        made = make() if known is None else known
        with self._lock:
            self._made[key] = made
            self._made.move_to_end(key)
            while len(self._made) > self._most:
                self._made.popitem(last=False)
        return made


_POLICIES: Final = Made[PolicySet]()
_DATA: Final = Made[tuple[MasterData, tuple[BadRow, ...]]]()


def policy_of(files: Files) -> PolicySet:
    """The set in these files. Raises `ContentsUnusable`."""
    return _POLICIES.get((digest_of_files(files),), lambda: _policy_in(files))


def _policy_in(files: Files) -> PolicySet:
    found = Diagnostics()
    policy = load_set(files, found)
    if policy is None:
        raise ContentsUnusable(f"the policy set does not load: {found.sorted()[0]}")
    return policy


def data_of(files: Files, policy: PolicySet, key: TokenKey | None = None) -> MasterData:
    """The master data in these files. Raises `ContentsUnusable`.

    Where restricted values were exchanged for tokens, others are compared by this key; without it,
    and with another one, whoever compares them fails.
    """
    return data_and_reports(files, policy, key)[0]


def data_and_reports(
    files: Files, policy: PolicySet, key: TokenKey | None = None
) -> tuple[MasterData, tuple[BadRow, ...]]:
    """The same, with everything that was reported of rows. Raises `ContentsUnusable`."""
    named = (digest_of_files(files), policy.digest, "" if key is None else key.mark)
    return _DATA.get(named, lambda: _data_in(files, policy, key))


def _data_in(
    files: Files, policy: PolicySet, key: TokenKey | None
) -> tuple[MasterData, tuple[BadRow, ...]]:
    files, mark = without_mark(files)
    tokens: Tokens = no_tokens if mark else token
    if key is not None and key.mark == mark:
        tokens = key.of
    with tempfile.TemporaryDirectory(prefix="countersign-") as folder:
        for name, data in files.items():
            Path(folder, Path(name).name).write_bytes(data)
        made = load_folder(Path(folder), policy.organization, policy.facts, tokens=tokens)
    if made.data is None:
        raise ContentsUnusable(f"the master data do not load: {made.refused}")
    return made.data, made.quarantined


def _as_it_is(plain: Plain, type: str, place: str) -> Plain:
    return plain


def _in_hexadecimal(secret: bytes, place: str) -> str:
    return secret.hex()


def _from_hexadecimal(text: str, place: str) -> bytes:
    return bytes.fromhex(text)


@dataclass(frozen=True, slots=True)
class Resources:
    """`targets` name the ERP connection of a document type in an entity; others are not posted.

    `seal` replaces restricted values of a canonical document by ciphertexts that belong to a
    place, `unseal` is its opposite; `conceal` and `reveal` do so with a secret of its own.
    """

    store: Store
    loaded: Loaded = field(default_factory=Loaded)
    targets: Mapping[tuple[str, str], str] = field(default_factory=dict)
    seal: Callable[[Plain, str, str], Plain] = _as_it_is
    unseal: Callable[[Plain, str, str], Plain] = _as_it_is
    conceal: Callable[[bytes, str], str] = _in_hexadecimal
    reveal: Callable[[str, str], bytes] = _from_hexadecimal

    def target_of(self, entity: str, type: str) -> str:
        """The name of the connection that posts these documents; empty for none."""
        return self.targets.get((entity, type), "")
