"""Step 11: time stamps are over checkpoints that the export states, which were there by then."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from engine.recording import moment_text
from engine.trail.notes import NoteRefused, checkpoint_of, note_of
from engine.trail.stamps import StampRefused, digest_of_note, stamp_of
from engine.verifying.steps import Step

Signed = Callable[[bytes, str], str]
"""Given the reply of an authority and the checkpoint as a note: why its signature does not hold by
the certificates that were given from outside; empty where it does."""


@dataclass(frozen=True, slots=True)
class Stamped:
    """A time stamp that is over a checkpoint: its size and note, the reply, and who gave it."""

    size: int
    note: str
    reply: bytes
    authority: str
    at: datetime


def notes_by_size(notes: Iterable[str]) -> dict[int, str]:
    """Checkpoints by how many records they are over; what is none is left out."""
    found = {}
    for note in notes:
        try:
            found[checkpoint_of(note_of(note).text).size] = note
        except NoteRefused:
            continue
    return found


def check_stamps(
    lines: Iterable[object], notes: Mapping[int, str], signed: Signed | None, step: Step
) -> list[Stamped]:
    """Looks at every time stamp, and gives those that are over one of the checkpoints.

    `signed` is `None` where signatures cannot be checked, or no certificate was given.
    """
    step.reach("time stamps")
    found = []
    for plain in lines:
        step.count += 1
        stamped = _stamped(plain, notes, step)
        if stamped is None:
            continue
        why = "" if signed is None else signed(stamped.reply, stamped.note)
        if why:
            step.fail(f"{_named(stamped)}: {why}")
        else:
            found.append(stamped)
    if signed is not None and not step.count:
        step.limit("the export has no time stamp")
    if found:
        last = max(found, key=lambda each: each.size)
        said = "stated, and signed," if signed is not None else "stated"
        step.notes.append(
            f"the first {last.size} records were there at {moment_text(last.at)}, as {said} by"
            f" `{last.authority}`"
        )
    return found


def _stamped(plain: object, notes: Mapping[int, str], step: Step) -> Stamped | None:
    match plain:
        case {"size": int(size), "authority": str(authority), "reply": str(text)}:
            name = f"the time stamp of `{authority[:200]}` over {size} records"
        case _:
            step.fail("expected a time stamp of `size`, `authority` and `reply`")
            return None
    if size not in notes:
        step.fail(f"{name}: the export states no such checkpoint")
        return None
    try:
        reply = base64.b64decode(text, validate=True)
        stamp = stamp_of(reply)
    except (StampRefused, binascii.Error, ValueError) as problem:
        step.fail(f"{name} cannot be read: {problem}")
        return None
    if stamp.digest != digest_of_note(notes[size]):
        step.fail(f"{name} is over something else")
        return None
    return Stamped(size, notes[size], reply, authority, stamp.at)


def _named(stamped: Stamped) -> str:
    return f"the time stamp of `{stamped.authority[:200]}` over {stamped.size} records"
