"""The language server: what editors ask over standard input and output, answered by the linter,
the schema and the formatter. It reads folders of sets and writes nothing.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import TextDocument

from api.editing.sets import EditedSet, edited_set, folder_of, formatted_text
from engine.places import NOWHERE, Place
from rules.diagnostics import Diagnostic, Severity
from rules.editor.lookup import keys_for, meaning_of_key, words_for
from rules.editor.spots import spot_for, spot_of, word_at

WAIT_SECONDS: Final = 0.3  # after the last key, before everything is checked again
_SEVERITIES: Final = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.NOTE: lsp.DiagnosticSeverity.Information,
}
_REPLACEMENT: Final = re.compile(r"did you mean `([^`]+)`\?")


class PolicyServer(LanguageServer):
    """The server, with the files whose reports are shown and the number of changes of each."""

    def __init__(self) -> None:
        super().__init__("countersign", version("countersign"))
        self.shown: dict[Path, set[str]] = {}
        self.changes: dict[str, int] = {}

    def document(self, uri: str) -> TextDocument:
        """A document as it is on the screen."""
        return self.workspace.get_text_document(uri)

    def set_of(self, uri: str) -> EditedSet | None:
        """The set of a document, with everything that is not saved; `None` where it is in none."""
        file = _path(uri)
        folder = None if file is None else folder_of(file)
        return None if folder is None else edited_set(folder, self._unsaved())

    def _unsaved(self) -> Mapping[Path, str]:
        open_ = self.workspace.text_documents.items()
        return {path: doc.source for uri, doc in open_ if (path := _path(uri)) is not None}

    def check(self, uri: str) -> None:
        """Show what the linter says of the whole set, and clear what it no longer says."""
        edited = self.set_of(uri)
        if edited is None:
            return
        by_file: dict[str, list[Diagnostic]] = {}
        for report in edited.reports():
            by_file.setdefault(report.place.file, []).append(report)
        before = self.shown.get(edited.folder, set())
        self.shown[edited.folder] = set(by_file)
        for name in sorted(before | set(by_file)):
            found = [_shown(self, each, _lines(edited, name)) for each in by_file.get(name, ())]
            target = _uri(edited.folder / name)
            params = lsp.PublishDiagnosticsParams(uri=target, diagnostics=found)
            self.text_document_publish_diagnostics(params)


def server() -> PolicyServer:
    """A server that knows everything that it can be asked."""
    made = PolicyServer()
    made.feature(lsp.TEXT_DOCUMENT_DID_OPEN)(_opened)
    made.feature(lsp.TEXT_DOCUMENT_DID_SAVE)(_saved)
    made.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)(_changed)
    made.feature(lsp.TEXT_DOCUMENT_HOVER)(_hover)
    made.feature(lsp.TEXT_DOCUMENT_DEFINITION)(_definition)
    made.feature(lsp.TEXT_DOCUMENT_FORMATTING)(_format)
    made.feature(
        lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[" ", "{", "["])
    )(_complete)
    made.feature(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix]),
    )(_actions)
    return made


def _opened(ls: PolicyServer, params: lsp.DidOpenTextDocumentParams) -> None:
    ls.check(params.text_document.uri)


def _saved(ls: PolicyServer, params: lsp.DidSaveTextDocumentParams) -> None:
    ls.check(params.text_document.uri)


async def _changed(ls: PolicyServer, params: lsp.DidChangeTextDocumentParams) -> None:
    uri = params.text_document.uri
    mine = ls.changes[uri] = ls.changes.get(uri, 0) + 1
    await asyncio.sleep(WAIT_SECONDS)
    if mine == ls.changes[uri]:
        ls.check(uri)


def _hover(ls: PolicyServer, params: lsp.HoverParams) -> lsp.Hover | None:
    document, edited = ls.document(params.text_document.uri), ls.set_of(params.text_document.uri)
    if edited is None:
        return None
    spot = spot_of(document.source, document.offset_at_position(params.position))
    meaning = ""
    if spot is not None and spot.is_key:
        meaning = meaning_of_key(edited.schema(spot.kind), spot)
    declared = edited.declared.get(_word(document, params.position))
    if declared is not None and not (meaning and declared.place == NOWHERE):
        where = "" if declared.place == NOWHERE else f" ({declared.place})"
        meaning = f"{declared.meaning}{where}"
    if not meaning:
        return None
    content = lsp.MarkupContent(kind=lsp.MarkupKind.PlainText, value=meaning)
    return lsp.Hover(contents=content)


def _definition(ls: PolicyServer, params: lsp.DefinitionParams) -> lsp.Location | None:
    document, edited = ls.document(params.text_document.uri), ls.set_of(params.text_document.uri)
    if edited is None:
        return None
    declared = edited.declared.get(_word(document, params.position))
    if declared is None or not declared.place.file:
        return None
    range_ = _range(ls, declared.place, _lines(edited, declared.place.file))
    return lsp.Location(uri=_uri(edited.folder / declared.place.file), range=range_)


def _complete(ls: PolicyServer, params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
    document, edited = ls.document(params.text_document.uri), ls.set_of(params.text_document.uri)
    if edited is None:
        return []
    spot = spot_for(document.source, document.offset_at_position(params.position))
    if spot is None:
        return []
    schema = edited.schema(spot.kind)
    if spot.is_key:
        kind = lsp.CompletionItemKind.Property
        keys = keys_for(schema, spot).items()
        return [
            lsp.CompletionItem(label=key, detail=doc, kind=kind, insert_text=f"{key}: ")
            for key, doc in keys
        ]
    kind = lsp.CompletionItemKind.Value
    return [
        lsp.CompletionItem(label=word, detail=_meaning(edited, word), kind=kind)
        for word in words_for(schema, spot)
    ]


def _meaning(edited: EditedSet, word: str) -> str | None:
    declared = edited.declared.get(word)
    return None if declared is None else declared.meaning


def _format(ls: PolicyServer, params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit] | None:
    document = ls.document(params.text_document.uri)
    after = formatted_text(Path(document.path).name, document.source)
    if after is None or after == document.source:
        return None
    end = lsp.Position(line=len(document.lines) + 1, character=0)
    everything = lsp.Range(start=lsp.Position(line=0, character=0), end=end)
    return [lsp.TextEdit(range=everything, new_text=after)]


def _actions(ls: PolicyServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    found = []
    for problem in params.context.diagnostics:
        better = _REPLACEMENT.search(str(problem.message))
        if better is None or problem.source != "countersign":
            continue
        edit = lsp.TextEdit(range=problem.range, new_text=better[1])
        found.append(
            lsp.CodeAction(
                title=f"Write {better[1]}",
                kind=lsp.CodeActionKind.QuickFix,
                diagnostics=[problem],
                edit=lsp.WorkspaceEdit(changes={params.text_document.uri: [edit]}),
            )
        )
    return found


def _word(document: TextDocument, position: lsp.Position) -> str:
    lines = document.lines
    if position.line >= len(lines):
        return ""
    line = lines[position.line]
    column = document.position_codec.position_from_client_units(lines, position).character
    start, end = word_at(line, column)
    return line[start:end].strip()


def _shown(ls: PolicyServer, report: Diagnostic, lines: list[str]) -> lsp.Diagnostic:
    more = (report.help and f"help: {report.help}", report.witness and f"witness: {report.witness}")
    return lsp.Diagnostic(
        range=_range(ls, report.place, lines),
        message="\n".join((report.message, *(text for text in more if text))),
        severity=_SEVERITIES[report.severity],
        code=report.code,
        source="countersign",
    )


def _range(ls: PolicyServer, place: Place, lines: list[str]) -> lsp.Range:
    """The word at a place."""
    line, start = max(0, place.line - 1), max(0, place.column - 1)
    end = word_at(lines[line], start)[1] if line < len(lines) else start
    found = lsp.Range(
        start=lsp.Position(line=line, character=start),
        end=lsp.Position(line=line, character=max(start, end)),
    )
    return ls.workspace.position_codec.range_to_client_units(lines, found)


def _lines(edited: EditedSet, name: str) -> list[str]:
    return edited.files.get(name, b"").decode("utf-8", "replace").split("\n")


def _path(uri: str) -> Path | None:
    path = to_fs_path(uri)
    return None if path is None else Path(os.path.normpath(path))


def _uri(path: Path) -> str:
    return from_fs_path(str(path)) or path.as_uri()
