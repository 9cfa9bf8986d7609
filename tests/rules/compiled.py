"""Small policy sets as text, compiled: what a test needs to speak about one construct."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from engine.facts.conditions import Condition
from engine.policy import Matrix, PolicySet, Row
from engine.routing.words import Word
from rules.compiling.compiler import compile_set
from rules.diagnostics import Diagnostics

SETS: Final = Path(__file__).parent / "sets"
BASE: Final = SETS / "base"


def files_of(folder: Path) -> dict[str, bytes]:
    """The policy files in a folder, by name as the compiler is given them."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*.yaml"))
    }


def report(files: Mapping[str, bytes]) -> tuple[PolicySet | None, Diagnostics]:
    """What compiling makes of files."""
    diagnostics = Diagnostics()
    return compile_set(files, diagnostics), diagnostics


def compiled(**texts: str) -> PolicySet:
    """The base set with more or other files; `__` in a name stands for a slash."""
    policy, diagnostics = report(with_base(**texts))
    assert policy is not None, diagnostics.render()
    return policy


def complaints(**texts: str) -> list[str]:
    """The code and place of each error and warning in the base set with these files."""
    _, diagnostics = report(with_base(**texts))
    return [f"{found.code} {found.place}" for found in diagnostics if found.severity != "note"]


def with_base(**texts: str) -> dict[str, bytes]:
    """The files of the base set, with more or others."""
    own = {f"{name.replace('__', '/')}.yaml": text.encode() for name, text in texts.items()}
    return {**files_of(BASE), **own}


HEAD: Final = "kind: approvals\nname: m\ndocuments: [award]\ncurrency: USD\namount: document.net\n"


def matrix(rows: str, head: str = HEAD) -> Matrix:
    """The matrix of a file with these rows."""
    return compiled(approvals__m=f"{head}rows:\n{rows}").matrices[0]


def row(text: str) -> Row:
    """The one row of a matrix, written in braces."""
    return matrix(f"  - {text}\n").rows[0]


def when(text: str) -> Condition:
    """The condition of a row."""
    return row(f"{{when: {text}, approve: cfo}}").when


def word(text: str) -> Word:
    """The only step of a row."""
    answer = row(f"{{approve: {text}}}").answer
    (step,) = answer.steps  # type: ignore[union-attr]
    return step  # type: ignore[no-any-return]


def row_errors(text: str) -> list[str]:
    """The codes reported for one row, written in braces."""
    return [found.split()[0] for found in complaints(approvals__m=f"{HEAD}rows:\n  - {text}\n")]
