"""Step 4, where the key was changed: from the key that was given to the one that signs now.

A rotation is a record in the tree of a checkpoint that both keys signed. One that the key before
did not sign is worth nothing: anybody can write a record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from engine.trail.notes import Key, NoteRefused, checkpoint_of, key_of, note_of
from engine.verifying.records import Line, LineRefused, line_from
from engine.verifying.steps import Step
from engine.verifying.trees import is_in_tree

ROTATED: Final = "key_rotated"  # the kind of a record


@dataclass(slots=True)
class Followed:
    """The keys that count: those that were given, and those that they led to.

    `replaced` are those of them that another one took over from; `notes` the checkpoints that were
    signed by both. `shown` are the positions of all changes that hold, from whichever key.
    """

    keys: list[Key]
    replaced: list[Key] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    shown: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Rotation:
    line: Line
    old: Key
    new: Key
    note: str


def follow(given: Sequence[Key], lines: Iterable[object], origin: str, step: Step) -> Followed:
    """Goes from the given keys through every rotation that is signed by one that counts by then.

    A rotation that does not hold is a failure, whosever key it is from.
    """
    followed = Followed([*given])
    for plain in lines:
        try:
            found = _rotation(plain)
            why = _fault_of(found, origin)
        except (LineRefused, NoteRefused) as problem:
            step.fail(f"a change of the key cannot be read: {problem}")
            continue
        if why:
            step.fail(f"the key was not changed as stated: {why}", found.line.position)
            continue
        followed.shown.add(found.line.position)
        if found.old not in followed.keys:
            continue  # from before the key that was given
        followed.keys.append(found.new)
        followed.replaced.append(found.old)
        followed.notes.append(found.note)
        step.notes.append(
            f"the key {found.old.id.hex()} was replaced by {found.new.id.hex()}, signed by both"
            f" (position {found.line.position})"
        )
    return followed


def _rotation(plain: object) -> _Rotation:
    match plain:
        case {"record": record, "note": str(note)}:
            line, wrong = line_from(record)
        case _:
            raise LineRefused("expected a record, and a checkpoint as a note")
    match line.body:
        case {"from": str(old), "to": str(new)} if not wrong:
            return _Rotation(line, key_of(old), key_of(new), note)
    raise LineRefused("expected a record of two keys in canonical form")


def _fault_of(found: _Rotation, origin: str) -> str:
    """What keeps a rotation from counting; empty for nothing."""
    note = note_of(found.note)
    head = checkpoint_of(note.text)
    signed = note.signed_by([found.old, found.new])
    if found.old not in signed:
        return "the key before did not sign it"
    if found.new not in signed:
        return "the new key did not sign it"
    body = found.line.body
    if body.get("kind") != ROTATED or not head.origin == body.get("log") == origin:
        return "it is of another log, or no change of a key"
    if not is_in_tree(found.line, head):
        return "its record is not in the tree that was signed"
    return ""


def check_change(line: Line, log: str, shown: Collection[int], step: Step) -> None:
    """A record of a change of the key has to be one that is shown to hold.

    Else somebody wrote it alone, or a key that was replaced goes on signing.
    """
    body = line.body
    if body.get("kind") == ROTATED and body.get("log") == log and line.position not in shown:
        step.fail("the key was changed, and nothing shows that both signed it", line.position)
