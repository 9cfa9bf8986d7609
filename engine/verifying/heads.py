"""Steps 4 and 6: the checkpoint and who signed it, and earlier checkpoints before it."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from engine.trail.notes import Checkpoint, Key, NoteRefused, checkpoint_of, key_of, note_of
from engine.trail.tree import EMPTY, is_consistent
from engine.verifying.manifest import Manifest
from engine.verifying.rotating import follow
from engine.verifying.steps import Step


@dataclass(frozen=True, slots=True)
class Outside:
    """What was given from outside of the export: keys, and earlier checkpoints as they came.

    `followed` are checkpoints by which one of these keys led to another, `changes` the positions
    of all changes of the key that hold.
    """

    keys: tuple[Key, ...] = ()
    earlier: tuple[str, ...] = ()
    followed: tuple[str, ...] = ()
    changes: frozenset[int] = frozenset()


def head_of(
    manifest: Manifest, outside: Outside, rotations: Iterable[object], step: Step
) -> tuple[Checkpoint | None, Outside]:
    """Step 4: the checkpoint of the export, `None` where it states none; and what is from outside,
    with the keys that those which were given led to."""
    step.reach("signatures")
    try:
        note = note_of(manifest.checkpoint)
        head = checkpoint_of(note.text)
    except NoteRefused as problem:
        step.fail(f"the checkpoint cannot be read: {problem}")
        return None, outside
    if head.origin != manifest.log:
        step.fail(f"the checkpoint is of `{head.origin}`, the export of `{manifest.log}`")
    if outside.keys:
        followed = follow(outside.keys, rotations, manifest.log, step)
        signed = note.signed_by(followed.keys)
        step.count = len(signed)
        if not signed:
            step.fail("the checkpoint is signed by none of the keys that were given")
        elif {*signed} <= {*followed.replaced}:
            step.fail("the checkpoint is signed by a key that had been replaced before")
        return head, replace(
            outside,
            keys=tuple(followed.keys),
            followed=tuple(followed.notes),
            changes=frozenset(followed.shown),
        )
    step.limit("no key was given from outside: the export is consistent with itself only")
    signed = note.signed_by(_own_keys(manifest, step))
    step.count = len(signed)
    if not signed:
        step.notes.append("the checkpoint is not signed by a key that the export names either")
    return head, outside


def _own_keys(manifest: Manifest, step: Step) -> list[Key]:
    found = []
    for text in manifest.keys:
        try:
            found.append(key_of(text))
        except NoteRefused as problem:
            step.fail(f"a key of the export cannot be read: {problem}")
    return found


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier checkpoint as the export states it, with what shows that it came before."""

    note: str
    proof: tuple[bytes, ...]


def earlier_of(plain: object) -> Earlier | None:
    """One line of `consistency.jsonl`; `None` for what is none."""
    match plain:
        case {"note": str(note), "proof": list(proof)} if len(proof) <= 2 * 64:
            return Earlier(note, tuple(map(_hash, proof)))
    return None


def _hash(text: object) -> bytes:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        return b""


def check_earlier(
    head: Checkpoint, stated: Sequence[Earlier], outside: Outside, step: Step
) -> None:
    """Step 6: every earlier checkpoint that is stated, and those from outside above all."""
    step.reach("checkpoints")
    known: dict[tuple[int, bytes], bool] = {(head.size, head.root): True, (0, EMPTY): True}
    for each in stated:
        step.count += 1
        found = _head(each.note, head, step)
        if found is None:
            continue
        is_before = is_consistent(found.size, found.root, head.size, head.root, each.proof)
        known[found.size, found.root] = is_before
        if not is_before:
            step.fail(f"the checkpoint of {found.size} records is not the beginning of this one")
    for text in (*outside.earlier, *outside.followed):
        step.count += 1
        _check_given(text, head, known, outside, step)
    if not outside.earlier:
        step.limit("no earlier checkpoint was given from outside")


def _check_given(
    text: str,
    head: Checkpoint,
    known: dict[tuple[int, bytes], bool],
    outside: Outside,
    step: Step,
) -> None:
    found = _head(text, head, step)
    if found is None:
        return
    if outside.keys and not note_of(text).signed_by(outside.keys):
        step.fail("the earlier checkpoint is signed by none of the keys that were given")
    if found.size > head.size:
        step.fail(
            f"the earlier checkpoint has {found.size} records, this one {head.size}: what was"
            " published before is gone"
        )
    elif (is_before := known.get((found.size, found.root))) is None:
        other = any(size == found.size for size, _ in known)
        why = "another root is stated for it" if other else "the export has no proof for it"
        step.fail(f"the earlier checkpoint of {found.size} records: {why}")
    elif not is_before:
        step.fail(f"the earlier checkpoint of {found.size} records is not the beginning of this")


def _head(text: str, head: Checkpoint, step: Step) -> Checkpoint | None:
    try:
        found = checkpoint_of(note_of(text).text)
    except NoteRefused as problem:
        step.fail(f"an earlier checkpoint cannot be read: {problem}")
        return None
    if found.origin != head.origin:
        step.fail(f"an earlier checkpoint is of `{found.origin}`, this one of `{head.origin}`")
        return None
    return found
