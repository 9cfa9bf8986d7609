"""A verification for people on a terminal, and as plain values for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from api.verifying.running import Verification
from engine.verifying.steps import Outcome, Step, Verdict

SAID: Final = {
    Verdict.VERIFIED: "verified",
    Verdict.WITH_ITSELF_ONLY: "consistent with itself only: no key from outside vouches for it",
    Verdict.FAILED: "FAILED",
}
WORDS: Final = {
    Outcome.OK: "ok",
    Outcome.LIMITED: "limited",
    Outcome.FAILED: "FAILED",
    Outcome.NOT_REACHED: "not done",
}
EXIT_CODES: Final = {Verdict.VERIFIED: 0, Verdict.FAILED: 1, Verdict.WITH_ITSELF_ONLY: 1}
MOST_LINES: Final = 20


def lines_of(found: Verification) -> Iterator[str]:
    """The report, line by line; every problem is indented below its step."""
    manifest = found.manifest
    if manifest is not None:
        selected = f"positions {manifest.first} to {manifest.last}, {manifest.count} records"
        yield f"log {_shown(manifest.log)}, {selected}, made {_shown(manifest.made_at)}"
    for step in found.steps.values():
        yield f"{step.number:>2}  {WORDS[step.outcome]:<8}  {step.title}{_counted(step)}"
        yield from (f"              {_shown(note)}" for note in step.notes)
        yield from (f"              {_shown(str(each))}" for each in step.problems[:MOST_LINES])
        rest = step.problem_count - min(len(step.problems), MOST_LINES)
        if rest:
            yield f"              {rest} more"
    yield SAID[found.verdict]


def plain_of(found: Verification, verifier: Mapping[str, str]) -> dict[str, object]:
    """The report as plain values."""
    head = found.head
    return {
        "verdict": str(found.verdict),
        "verifier": dict(verifier),
        "performed_with": dict(found.here),
        "manifest_digest": found.manifest_digest,
        "checkpoint": None
        if head is None
        else {"origin": head.origin, "size": head.size, "root": head.root.hex()},
        "decisions": dict(sorted(found.performed.items())),
        "not_performable": dict(sorted(found.reasons.items())),
        "steps": [_step_plain(step) for step in found.steps.values()],
    }


def _step_plain(step: Step) -> dict[str, object]:
    return {
        "number": step.number,
        "title": step.title,
        "outcome": str(step.outcome),
        "count": step.count,
        "what": step.what,
        "notes": step.notes,
        "problem_count": step.problem_count,
        "problems": [{"position": p.position, "message": p.message} for p in step.problems],
    }


def _counted(step: Step) -> str:
    return f" ({step.count:,} {step.what})" if step.what else ""


def _shown(text: str) -> str:
    """Text of an export for a terminal: nothing in it moves the cursor."""
    return "".join(char if char.isprintable() else "?" for char in text[:2_000])
