"""A check of readiness as a policy asks for it: what it is, where it applies, who answers for it.

A check is a frozen dataclass: its fields are what a policy states (`engine.readiness.parameters`),
`ask` is what it asks of one document. Everything else that has to be known of a check, from the
word in a policy file to what a change of it means, is read off these; so a new one is added in
the module of its family and nowhere else (`engine.readiness.checks` lists the families).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from engine.places import Place
from engine.scopes import Effective, Scope

if TYPE_CHECKING:
    from engine.documents.model import Document
    from engine.master_data import MasterData
    from engine.readiness.finding import Asked, Finding


@dataclass(frozen=True, slots=True)
class Complaint:
    """A code of `rules.codes` (`missing-key`, `out-of-range` ...), with what helps."""

    code: str
    message: str
    help: str = ""


class Check(ABC):
    """What every check has. `word` names it in a policy, `says` is its line in an editor.

    `is_released_by_role` is false where nobody may let a document through, or the check says
    itself who may. `sees_totals`: it has to know the totals that the policy declares;
    `sees_ages`: how old data are.
    """

    __slots__ = ()
    word: ClassVar[str]
    says: ClassVar[str]
    is_released_by_role: ClassVar[bool] = True
    sees_totals: ClassVar[bool] = False
    sees_ages: ClassVar[bool] = False

    @abstractmethod
    def ask(self, on: Asked) -> Iterator[Finding]:
        """Every finding about the document; none where it is as it should be."""

    def looks_for(self, data: MasterData, document: Document) -> Iterator[str]:
        """The keys of other documents that it has to see; those under `found_by` of theirs."""
        yield from ()

    @classmethod
    def found_by(cls, data: MasterData, document: Document) -> Iterator[str]:
        """The keys by which this document is found when the check is asked of another one.

        Kept whatever its own type is asked: another document may look for this one.
        """
        yield from ()

    def complaints(self, documents: tuple[str, ...]) -> Iterator[Complaint]:
        """What does not fit together in what a policy states for these document types."""
        yield from ()


@dataclass(frozen=True, slots=True)
class ReadinessCheck:
    """One check of a `readiness` file; those of every layer are asked before a document posts.

    `is_warning`: what it finds is said, and posting goes on. A holder of the role `released_by`
    may let a document through; empty for nobody.
    """

    place: Place
    scope: Scope
    effective: Effective
    documents: frozenset[str]
    owner: str
    check: Check
    is_warning: bool = False
    released_by: str = ""
