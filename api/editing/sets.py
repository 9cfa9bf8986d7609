"""The set that an open file belongs to, with what is typed and not saved yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from adapters.policy_folder import ROOT_FILE, FolderRefused, read_set
from rules.compiling.context import Vocabulary
from rules.diagnostics import Diagnostic, Diagnostics
from rules.editor.declarations import Declaration, words_and_declarations
from rules.editor.schema import schema_of
from rules.editor.singles import Schema
from rules.editor.tables import FILES
from rules.formatting.formatter import NoPolicyFile, WouldChange, formatted
from rules.loading import load_set
from rules.testing.forms import read_tests


@dataclass(slots=True)
class EditedSet:
    """One set: its folder, its files as they are on the screen, and what is known of them."""

    folder: Path
    files: Mapping[str, bytes]
    words: Vocabulary
    declared: Mapping[str, Declaration]
    schemas: dict[str, Schema] = field(default_factory=dict)

    def schema(self, kind: str) -> Schema:
        """The schema of one kind of file, with the words of the set."""
        if kind not in self.schemas:
            self.schemas[kind] = schema_of(kind if kind in FILES else None, self.words)
        return self.schemas[kind]

    def reports(self) -> tuple[Diagnostic, ...]:
        """Everything that the linter says, mistakes in tests included."""
        found = Diagnostics()
        load_set(self.files, found)
        read_tests(self.files, found)
        return found.sorted()


def folder_of(file: Path) -> Path | None:
    """The folder of the set that a file is in: the nearest above with a `policy.yaml`."""
    return next((above for above in file.parents if (above / ROOT_FILE).is_file()), None)


def edited_set(folder: Path, unsaved: Mapping[Path, str]) -> EditedSet | None:
    """The set in a folder, with unsaved texts in place of files; `None` where it is no set."""
    try:
        files = dict(read_set(folder))
    except FolderRefused:
        return None
    for path, text in unsaved.items():
        name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else ""
        if name in files:
            files[name] = text.encode("utf-8", "replace")
    words, declared = words_and_declarations(files)
    return EditedSet(folder, files, words, declared)


def formatted_text(name: str, text: str) -> str | None:
    """The text in the regular layout; `None` where it cannot be read or is no policy."""
    try:
        after = formatted(name, text.encode("utf-8", "replace"), Diagnostics())
    except (NoPolicyFile, WouldChange):
        return None
    return None if after is None else after.decode("utf-8")
