"""The approver words of the language, as values: who is asked, before anybody is looked up.

Every word knows its place in the policy file; two words that ask the same are equal wherever they
stand. Words nest; `engine/routing/resolving.py` turns them into
assignments to persons.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.places import NOWHERE, Place


@dataclass(frozen=True, slots=True)
class RoleWord:
    """A declared role: one of its holders for the document's entity (or the role's `per`)."""

    role: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class OwnerWord:
    """A built-in role per charged object.

    `kind` is cost_center_owner | project_manager | budget_holder | requester.manager.
    """

    kind: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class RequesterWord:
    """The person whose need it is; never the only one asked."""

    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class LevelWord:
    """One person of that level or higher, for the entity."""

    level: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class BodyWord:
    """A body: one approval by vote, or recorded with a paper."""

    role: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Together:
    """`need` of the parts, each by a different person. `all` needs every part, `any` needs one."""

    need: int
    parts: tuple[Word, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Distinct:
    """`need` different holders of one word; `among`: k of them hold one of some roles."""

    need: int
    of: Word
    among: tuple[tuple[int, tuple[str, ...]], ...] = ()
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class First:
    """The first part that can be completed; only the last one climbs."""

    parts: tuple[Word, ...]
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class SupervisorChain:
    """Upwards from the requester's supervisor, or from the person that `of` names (himself first).

    Ends at authority (`until_authority`, comparing the matrix's amount or the total `covers`), at
    level `to`, or after `steps` persons. `asks_all` asks everyone on the way, else only the last.
    `chain_only`: an earlier approver of the route does not satisfy it.
    """

    of: Word | None = None
    until_authority: bool = False
    covers: str = ""
    to: str = ""
    steps: int = 0
    asks_all: bool = False
    chain_only: bool = False
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class RoleChain:
    """The same over roles, in the order written, up to the first whose authority covers."""

    roles: tuple[str, ...]
    covers: str = ""
    asks_all: bool = False
    chain_only: bool = False
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Signed:
    """`{who: cfo, as: signs}`: a word for the record, no other effect."""

    who: Word
    as_: str
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Consult:
    """Must answer; a no does not stop."""

    who: Word
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Notify:
    """Is told; where `may_object_in` is stated (`10 business days`) an objection refuses."""

    who: Word
    may_object_in: str = ""
    place: Place = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Ratify:
    """Approves afterwards, within a stated time (`30 days`); empty is due at once."""

    by: Word
    within: str = ""
    place: Place = field(default=NOWHERE, compare=False)


Word = (
    RoleWord
    | OwnerWord
    | RequesterWord
    | LevelWord
    | BodyWord
    | Together
    | Distinct
    | First
    | SupervisorChain
    | RoleChain
    | Signed
    | Consult
    | Notify
    | Ratify
)


def nested(word: Word) -> Iterator[Word]:
    """The word and every word inside it."""
    yield word
    match word:
        case Together(parts=parts) | First(parts=parts):
            for part in parts:
                yield from nested(part)
        case Distinct(of=inner) | Signed(who=inner) | Consult(who=inner) | Notify(who=inner):
            yield from nested(inner)
        case Ratify(by=inner):
            yield from nested(inner)
        case SupervisorChain(of=inner) if inner is not None:
            yield from nested(inner)
        case _:
            return
