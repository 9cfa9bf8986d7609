"""The eleven steps over one export, in one pass over its records."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from api.verifying import archive as packed
from api.verifying.archive import Archive, ArchiveRefused
from api.verifying.contents import Loader
from api.verifying.remembering import Remembered
from engine.trail.notes import Checkpoint
from engine.verifying import steps as numbers
from engine.verifying.counting import Counting, check_population, row_of
from engine.verifying.disclosing import DisclosureRefused, with_disclosed
from engine.verifying.heads import Outside, check_earlier, earlier_of, head_of
from engine.verifying.manifest import Manifest, ManifestRefused, manifest_of
from engine.verifying.naming import contents_named
from engine.verifying.performing import Performed, Result, holds_decision, perform
from engine.verifying.records import Continuity, Line, LineRefused, line_of, plain_of
from engine.verifying.rotating import check_change
from engine.verifying.stamping import Signed, Stamped, check_stamps, notes_by_size
from engine.verifying.steps import Step, Verdict, all_steps, verdict_of
from engine.verifying.trees import is_in_tree

MOST_SHOWN: Final = 5  # differences of one decision in a message

Progress = Callable[[str, int, int], None]
"""Told the step or work, how much is done, and how much there is."""


def _silent(work: str, done: int, total: int) -> None:
    return None


@dataclass(slots=True)
class Verification:
    """What came of one export. `here` are the versions that it was verified with."""

    steps: dict[int, Step]
    here: Mapping[str, str]
    manifest: Manifest | None = None
    manifest_digest: str = ""
    head: Checkpoint | None = None
    performed: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    stamped: list[Stamped] = field(default_factory=list)
    withheld_count: int = 0

    @property
    def verdict(self) -> Verdict:
        """What the steps say together."""
        return verdict_of(self.steps.values())


def verify(
    path: Path,
    outside: Outside,
    here: Mapping[str, str],
    *,
    is_performing: bool = True,
    progress: Progress = _silent,
    signed: Signed | None = None,
) -> Verification:
    """Verifies an export. Raises `OSError` where the file cannot be read at all.

    `signed` checks signatures of time stamps, where that can be done.
    """
    found = Verification(all_steps(), here)
    opening = found.steps[numbers.OPENS]
    opening.reach("entries")
    try:
        with Archive(path) as archive:
            opening.count = len(archive.entries)
            found.manifest = _manifest(archive, found)
            run = _Run(archive, found.manifest, outside, found, is_performing, progress)
            run.all(signed)
    except (ArchiveRefused, ManifestRefused) as problem:
        opening.fail(str(problem))
    return found


def _manifest(archive: Archive, found: Verification) -> Manifest:
    data = archive.whole(packed.MANIFEST)
    found.manifest_digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    try:
        return manifest_of(plain_of(data))
    except LineRefused as problem:
        raise ManifestRefused("`export.json` is no JSON") from problem


class _Run:
    """One export while it is verified."""

    def __init__(
        self,
        archive: Archive,
        manifest: Manifest,
        outside: Outside,
        found: Verification,
        is_performing: bool,
        progress: Progress,
    ) -> None:
        self.archive = archive
        self.manifest = manifest
        self.outside = outside
        self.found = found
        self.steps = found.steps
        self.is_performing = is_performing
        self.progress = progress
        self.named: set[str] = set()
        self.loader = Loader(archive, manifest.erased)
        self.counting = Counting(manifest, self.steps[numbers.COUNTED])

    def all(self, signed: Signed | None) -> None:
        """Every step that can be reached."""
        self._digests()
        rotations = map(_plain, self.archive.lines(packed.ROTATIONS))
        signed_step = self.steps[numbers.SIGNED]
        head, self.outside = head_of(self.manifest, self.outside, rotations, signed_step)
        self.found.head = head
        if head is None:
            return
        stated = [
            earlier
            for line in self.archive.lines(packed.CONSISTENCY)
            if (earlier := earlier_of(_plain(line))) is not None
        ]
        check_earlier(head, stated, self.outside, self.steps[numbers.EARLIER])
        self._records(head)
        self._contents()
        self._counts()
        notes = notes_by_size([*(each.note for each in stated), self.manifest.checkpoint])
        lines = map(_plain, self.archive.lines(packed.STAMPS))
        step = self.steps[numbers.STAMPED]
        self.found.stamped = check_stamps(lines, notes, signed, step)

    def _digests(self) -> None:
        """Step 2."""
        step, stated = self.steps[numbers.DIGESTS], self.manifest.files
        step.reach("files")
        names = {*self.archive.entries} - {packed.MANIFEST}
        for name in sorted(names - {*stated}):
            step.fail(f"`{name}` is here, and `export.json` states no digest of it")
        for name in sorted({*stated} - names):
            step.fail(f"`{name}` is stated in `export.json`, and is not here")
        for done, name in enumerate(sorted(names & {*stated})):
            self.progress("digests", done, len(names))
            found = packed.digest_of_entry(self.archive, name)
            step.count += 1
            if found != stated[name]:
                step.fail(f"`{name}`: stated is `{stated[name]}`, found `{found}`")

    def _records(self, head: Checkpoint) -> None:
        """Steps 3, 5, 7 and 10, record by record."""
        continuity = Continuity(self.manifest, head.size, self.steps[numbers.RECORDS])
        if self.manifest.last > head.size:
            last = self.manifest.last
            continuity.step.fail(f"stated are records up to {last}, the tree has {head.size}")
        self.steps[numbers.IN_TREE].reach("records")
        self.steps[numbers.DISCLOSED].reach("disclosures")
        if self.is_performing:
            self.steps[numbers.PERFORMED].reach("decisions")
        disclosures = _Disclosures(self.archive, self.steps[numbers.DISCLOSED])
        with Remembered() as remembered:
            for done, text in enumerate(self.archive.lines(packed.RECORDS)):
                self.progress("records", done, self.manifest.count)
                try:
                    line, wrong = line_of(text)
                except LineRefused as problem:
                    continuity.step.fail(f"line {done + 1}: {problem}")
                    continue
                continuity.add(line, wrong)
                self._record(line, head, continuity, disclosures, remembered)
        continuity.end()
        disclosures.end()
        self._performed()

    def _record(
        self,
        line: Line,
        head: Checkpoint,
        continuity: Continuity,
        disclosures: _Disclosures,
        remembered: Remembered,
    ) -> None:
        in_tree = self.steps[numbers.IN_TREE]
        in_tree.count += 1
        body = disclosures.of(line)
        if continuity.is_inside(line.position):
            self.counting.add(line, body)
        self.named |= contents_named(line.body)
        if self.outside.keys:
            signed = self.steps[numbers.SIGNED]
            check_change(line, self.manifest.log, self.outside.changes, signed)
        kept = remembered.after(body)
        is_there = is_in_tree(line, head)
        came = None
        if holds_decision(body) and (self.is_performing or not is_there):
            came = perform(body, kept, self.loader.load, self.found.here)
        if not is_there:
            in_tree.fail(f"the record is not in the tree{_named(came)}", line.position)
        if came is not None and self.is_performing:
            self._came(line, came)

    def _came(self, line: Line, came: Performed) -> None:
        step = self.steps[numbers.PERFORMED]
        step.count += 1
        self.found.performed[str(came.result)] += 1
        if came.result is Result.NOT_PERFORMABLE:
            self.found.reasons[came.why] += 1
        elif came.result is Result.FAILED:
            step.fail(f"{came.why}{_differing(came)}", line.position)

    def _performed(self) -> None:
        step = self.steps[numbers.PERFORMED]
        if not self.is_performing:
            step.notes.append("not asked for (--no-perform)")
        for why, count in self.found.reasons.most_common(20):
            step.limit(f"{count} intact but not performed again: {why}")

    def _contents(self) -> None:
        """Step 8."""
        step = self.steps[numbers.CONTENTS]
        step.reach("contents")
        found = self.archive.contents()
        for done, (digest, entries) in enumerate(found.items()):
            self.progress("contents", done, len(found))
            step.count += 1
            there = packed.digest_of_content(self.archive, entries)
            if there != digest:
                step.fail(f"the files stated as `{digest}` are `{there}`")
        for digest in sorted(self.named - {*found}):
            if digest in self.manifest.erased:
                step.limit(f"what `{digest}` names was erased")
            else:
                step.fail(f"records name `{digest}`, and its files are not here")

    def _counts(self) -> None:
        """Step 9."""
        self.counting.end()
        step = self.counting.step
        if not self.archive.has(packed.POPULATION):
            if not self.manifest.is_contiguous:
                step.fail("the selection is not contiguous, and states no population")
            return
        sample = None
        if self.archive.has(packed.SAMPLE):
            sample = _plain(self.archive.whole(packed.SAMPLE))
        try:
            rows = [row_of(cells) for cells in _rows(self.archive)]
        except (ValueError, KeyError, TypeError) as problem:
            step.fail(f"`population.csv` cannot be read: {problem}")
            return
        check_population(self.manifest, rows, self.counting.cases(), sample, step)


class _Disclosures:
    """The disclosures of an export, which ascend by position as its records do."""

    def __init__(self, archive: Archive, step: Step) -> None:
        self._lines = map(_plain, archive.lines(packed.DISCLOSURES))
        self._step = step
        self._next: Any = next(self._lines, None)

    def of(self, line: Line) -> Mapping[str, Any]:
        """The body of a record with what is disclosed of it."""
        mine = []
        while self._next is not None and self._position() <= line.position:
            self._step.count += 1
            if self._position() < line.position:
                self._step.fail("a disclosure is of no record that is here", self._position())
            else:
                mine.append(self._next)
            self._next = next(self._lines, None)
        if not mine:
            return line.body
        try:
            return with_disclosed(line.body, mine)
        except DisclosureRefused as problem:
            self._step.fail(str(problem), line.position)
            return line.body

    def end(self) -> None:
        """After the last record: nothing may be left."""
        if self._next is not None:
            self._step.fail("a disclosure is of no record that is here", self._position())

    def _position(self) -> int:
        position = self._next.get("position") if isinstance(self._next, dict) else None
        return position if isinstance(position, int) else 0


def _plain(text: bytes) -> Any:
    """What JSON states; nothing where it is none, which fits nowhere."""
    try:
        return plain_of(text)
    except LineRefused:
        return {}


def _rows(archive: Archive) -> Iterator[dict[str, str]]:
    text = (line.decode("utf-8") for line in archive.lines(packed.POPULATION))
    try:
        yield from csv.DictReader(text, strict=True)
    except csv.Error as problem:
        raise ValueError(str(problem)) from problem


def _named(came: Performed | None) -> str:
    if came is None or not came.differences:
        return ""
    return f"; performed again it is another decision{_differing(came)}"


def _differing(came: Performed) -> str:
    shown = "; ".join(map(str, came.differences[:MOST_SHOWN]))
    more = len(came.differences) - MOST_SHOWN
    return f": {shown}{f'; {more} more' if more > 0 else ''}" if shown else ""
