"""A spreadsheet that comes back, merged into the files of a set: all of it, or nothing.

    what was exported  ──►  what came back
             │                     │
             ▼                     ▼
    what the files say now  ──►  what they shall say, compiled and checked

The result is read again and compared with what was meant, value by value: an edit that did
anything else is a mistake here, and is refused too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from engine.policy import PolicySet
from rules.analysis.spreadsheet.embedding import TAB, Base, NoBase, Shown, unpack
from rules.analysis.spreadsheet.fields import Kind
from rules.analysis.spreadsheet.merging import Change, Merged, merge
from rules.analysis.spreadsheet.opening import Tab, Unread, open_tabs
from rules.analysis.spreadsheet.placing import edits_for, intended
from rules.analysis.spreadsheet.problems import Problem, refused
from rules.analysis.spreadsheet.returning import file_of, rows_of
from rules.analysis.spreadsheet.sheets import sheet_of
from rules.analysis.spreadsheet.tables import Table, table_of, tree_of
from rules.diagnostics import Diagnostic, Diagnostics, shown
from rules.editing.edits import apply, values
from rules.editing.flow import as_written
from rules.loading import load_set
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.source_text import text_of

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a spreadsheet changes. `files` are those that change, with their new content.

    `reports` are what checking the result says and did not say before. With problems, or with an
    error among the reports, nothing is to be written, and `files` is empty.
    """

    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    reports: tuple[Diagnostic, ...] = ()
    files: Mapping[str, bytes] | None = None

    @property
    def is_refused(self) -> bool:
        """Whether it cannot be taken over."""
        return self.files is None


def take_over(
    name: str, data: bytes, policy: PolicySet, files: Mapping[str, bytes], before: Diagnostics
) -> Outcome:
    """The changes of a spreadsheet to a set that loads. Raises `SheetRefused` for no spreadsheet.

    `name` is what the file is called in messages; `before` is what checking the set reports now.
    """
    tabs = open_tabs(name, data)
    base = base_in(name, tabs)
    if base.set != policy.name:
        message = f"it shows the set {shown(base.set)}, and this is {shown(policy.name)}"
        raise refused(name, message)
    currencies = {matrix.file: matrix.currency for matrix in policy.matrices}
    problems: list[Problem] = []
    changes: list[Change] = []
    new: dict[str, bytes] = {}
    for sheet, tab in paired(base, tabs, problems):
        one = ReturnedSheet(sheet, tab, base.files[sheet.file])
        merged, content = one.taken(files.get(sheet.file), currencies.get(sheet.file, ""))
        problems += merged.problems
        changes += merged.changes
        if content is not None and content != files[sheet.file]:
            new[sheet.file] = content
    if problems:
        return Outcome(tuple(changes), tuple(problems))
    return _checked(changes, new, files, before)


def base_in(name: str, tabs: Mapping[str, Tab]) -> Base:
    """What the file carries of its export. Raises `SheetRefused`."""
    tab = tabs.get(TAB)
    if tab is None:
        help = "only a spreadsheet made by `countersign sheet export` can come back"
        raise refused(name, f"the sheet `{TAB}`, which holds what was exported, is missing", help)
    rows = range(1, max((row for row, _ in tab.cells), default=0) + 1)
    column = [tab.cells.get((row, 1), "") for row in rows]
    try:
        return unpack(["" if isinstance(cell, Unread) else str(cell) for cell in column])
    except NoBase as problem:
        raise refused(name, str(problem)) from None


def paired(
    base: Base, tabs: Mapping[str, Tab], problems: list[Problem]
) -> Iterator[tuple[Shown, Tab]]:
    """Each sheet that was exported with the one that came back, whatever it is called now."""
    by_file: dict[str, Tab] = {}
    known = {sheet.file for sheet in base.sheets}
    for title, tab in tabs.items():
        if title == TAB or not tab.cells:
            continue
        file = file_of(tab)
        if file not in known or file is None:
            problems.append(Problem(title, "this sheet was not exported, and says no policy"))
        elif file in by_file:
            message = f"`{file}` is shown on `{by_file[file].title}` already"
            problems.append(Problem(title, message))
        else:
            by_file[file] = tab
    for sheet in base.sheets:
        found = by_file.get(sheet.file)
        if found is None:
            help = "to send one matrix alone, export it with `--matrix`"
            problems.append(Problem(sheet.tab, f"the sheet of `{sheet.file}` is missing", help))
        else:
            yield sheet, found


class ReturnedSheet:
    """One sheet that came back, and the file it shows as that was exported."""

    def __init__(self, shown_sheet: Shown, tab: Tab, exported: bytes) -> None:
        self._shown = shown_sheet
        self._tab = tab
        self._exported = exported

    def taken(self, data: bytes | None, currency: str) -> tuple[Merged, bytes | None]:
        """The merge with the file as it is now, and its new content."""
        file, kind = self._shown.file, self._shown.kind
        base = self._table(self._exported, self._shown.currency)
        if base is None:
            return self._refused("what was exported cannot be read any more: export it again")
        notes = sheet_of(base, "", (), (), "").notes
        rows, problems = rows_of(self._tab, self._shown, base, notes)
        if problems:
            return Merged(problems=problems), None
        ours = None if data is None else self._table(data, currency)
        if data is None or ours is None:
            return self._refused(f"`{file}` no longer holds what was exported from it")
        if kind is Kind.MATRIX and currency != self._shown.currency:
            was, now = shown(self._shown.currency), shown(currency)
            return self._refused(f"amounts of `{file}` were in {was} and are in {now} now")
        merged = merge(base, ours, rows, self._tab.title)
        if merged.problems or not merged.changes:
            return merged, None
        return merged, self._rewritten(data, merged)

    def _table(self, data: bytes, currency: str) -> Table | None:
        root = tree_of(self._shown.file, data)
        return (
            None if root is None else table_of(self._shown.kind, self._shown.file, root, currency)
        )

    def _refused(self, message: str) -> tuple[Merged, None]:
        return Merged(problems=[Problem(self._tab.title, message)]), None

    def _rewritten(self, data: bytes, merged: Merged) -> bytes | None:
        """The new content of the file, once reading it gives exactly what was meant."""
        file, kind = self._shown.file, self._shown.kind
        text, root = text_of(file, data, Diagnostics()), tree_of(file, data)
        is_mixed = 0 < data.count(b"\r\n") < data.count(b"\n")
        if text is None or root is None or is_mixed:
            message = f"`{file}` has lines that end in two ways: save it with one of them"
            merged.problems.append(Problem(self._tab.title, message))
            return None
        after, items = intended(root, kind, merged)
        content = _like(data, apply(text, edits_for(file, text, root, kind, after, items)))
        again = tree_of(file, content)
        if again is None or not _same(again, after):
            message = f"the changes cannot be written into `{file}` exactly; change it by hand"
            merged.problems.append(Problem(self._tab.title, message))
            return None
        return content


def _same(one: MappingNode, other: MappingNode) -> bool:
    return values(as_written(one)) == values(as_written(other))


def _like(data: bytes, text: str) -> bytes:
    """A text with the line ends of a file, its mark at the front, and its last line like there."""
    if not data.endswith(b"\n"):
        text = text.removesuffix("\n")
    if b"\r\n" in data:
        text = text.replace("\n", "\r\n")
    return (_BOM if data.startswith(_BOM) else b"") + text.encode()


def _checked(
    changes: list[Change],
    new: Mapping[str, bytes],
    files: Mapping[str, bytes],
    before: Diagnostics,
) -> Outcome:
    """The outcome, with what the whole set reports once the files are changed."""
    if not new:
        return Outcome(tuple(changes), files={})
    found = Diagnostics()
    policy = load_set({**files, **new}, found)
    known = set(map(_kind_of, before))
    reports = tuple(report for report in found if _kind_of(report) not in known)
    return Outcome(tuple(changes), (), reports, None if policy is None else new)


def _kind_of(report: Diagnostic) -> tuple[str, ...]:
    """What makes two reports the same, wherever in a file they stand by now."""
    return (report.code, report.severity, report.place.file, report.message)
