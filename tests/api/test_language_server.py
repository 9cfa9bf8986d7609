"""The language server as a process: an editor's questions over standard input and output."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.api.test_process import PROGRAM, QUIET

WORDS: Final = """\
kind: vocabulary
facts:
  business_case: {is: paper}
"""
CROOKED: Final = """\
kind:   approvals
name: orders
title: Purchase orders 😋 # x
documents: [purchase_order]
currency: USD
amount: document.net
rows:
  - {name: small, up_to: 100.00, approve: not_needed}
  - {above: 100.00, up_to: 50_000.00, approve: {chain: supervisors, until: authority_covers}}
  - {above: 50_000.00, approve: cffo, require: {business_case: present}}
"""


class Editor:
    """Speaks with a server: requests are answered in turn, notices are kept."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [*PROGRAM, "language-server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=QUIET,
        )
        self.folder = folder
        self.reports: dict[str, list[dict[str, Any]]] = {}
        self.number = 0
        capabilities = {"textDocument": {"completion": {}}}
        root = folder.as_uri()
        self.offered = self.ask(
            "initialize", processId=None, rootUri=root, capabilities=capabilities
        )["capabilities"]
        self.say("initialized")

    def say(self, method: str, **params: Any) -> None:
        self._send({"jsonrpc": "2.0", "method": method, "params": params})

    def ask(self, method: str, **params: Any) -> Any:
        self.number += 1
        message = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": params}
        self._send(message)
        while (answer := self._receive()).get("id") != self.number:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    def wait_for(self, name: str) -> list[dict[str, Any]]:
        """The reports on a file, when they come next."""
        self.reports.pop(name, None)
        while name not in self.reports:
            self._receive()
        return self.reports[name]

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str | None = None) -> None:
        written = (self.folder / name).read_text(encoding="utf-8") if text is None else text
        document = {"uri": self.uri(name), "languageId": "yaml", "version": 1, "text": written}
        self.say("textDocument/didOpen", textDocument=document)

    def type(self, name: str, text: str) -> None:
        document = {"uri": self.uri(name), "version": 2}
        self.say("textDocument/didChange", textDocument=document, contentChanges=[{"text": text}])

    def at(self, method: str, name: str, position: dict[str, int]) -> Any:
        document = {"uri": self.uri(name)}
        return self.ask(f"textDocument/{method}", textDocument=document, position=position)

    def close(self) -> None:
        self.ask("shutdown")
        self.say("exit")
        self.process.communicate(timeout=30)
        assert self.process.returncode == 0

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(data), data))
        self.process.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        length = 0
        while (line := self.process.stdout.readline()) != b"\r\n":
            assert line, self.process.stderr and self.process.stderr.read()
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
        message: dict[str, Any] = json.loads(self.process.stdout.read(length))
        if message.get("method") == "textDocument/publishDiagnostics":
            name = message["params"]["uri"].removeprefix(self.folder.as_uri() + "/")
            self.reports[name] = message["params"]["diagnostics"]
        return message


@pytest.fixture
def editor(folder: Path) -> Iterator[Editor]:
    made = Editor(folder)
    yield made
    made.close()


def place(text: str, words: str) -> dict[str, int]:
    """Where some words begin, as editors count: in halves of what is beyond the common plane."""
    before = text[: text.index(words)]
    line = before.rpartition("\n")[2]
    return {"line": before.count("\n"), "character": len(line.encode("utf-16-le")) // 2}


def labels(items: list[dict[str, Any]]) -> set[str]:
    return {item["label"] for item in items}


def test_reports_come_for_the_whole_set_and_follow_what_is_typed(editor: Editor) -> None:
    orders = "approvals/orders.yaml"
    editor.open(orders, CROOKED)
    found = editor.wait_for(orders)
    assert [(each["code"], each["severity"], each["source"]) for each in found] == [
        ("unknown-role", 1, "countersign")
    ]
    assert found[0]["range"]["start"] == place(CROOKED, "cffo")
    assert found[0]["range"]["end"] == place(CROOKED, ", require")
    assert found[0]["message"] == "no role named `cffo`\nhelp: did you mean `cfo`?"

    editor.type(orders, CROOKED.replace("cffo", "cfo").replace("rows:", "rovs:"))
    assert "unknown-key" in {each["code"] for each in editor.wait_for(orders)}
    editor.type(orders, CROOKED.replace("cffo", "cfo"))
    assert not [each for each in editor.wait_for(orders) if each["severity"] == 1]

    editor.open("vocabulary.yaml", WORDS.replace("business_case", "busyness_case"))
    assert "unknown-fact" in {each["code"] for each in editor.wait_for(orders)}


def test_a_near_word_is_offered_as_a_fix(editor: Editor) -> None:
    orders = "approvals/orders.yaml"
    editor.open(orders, CROOKED)
    found = editor.wait_for(orders)
    actions = editor.ask(
        "textDocument/codeAction",
        textDocument={"uri": editor.uri(orders)},
        range=found[0]["range"],
        context={"diagnostics": found},
    )
    assert [action["title"] for action in actions] == ["Write cfo"]
    (edit,) = actions[0]["edit"]["changes"][editor.uri(orders)]
    assert (edit["newText"], edit["range"]) == ("cfo", found[0]["range"])


def test_keys_and_words_are_explained(editor: Editor) -> None:
    orders = "approvals/orders.yaml"
    editor.open(orders, CROOKED)
    meaning = editor.at("hover", orders, place(CROOKED, "approve: cffo"))["contents"]["value"]
    assert meaning == "who approves; a list is steps, in order"
    meaning = editor.at("hover", orders, place(CROOKED, "business_case"))["contents"]["value"]
    assert meaning == "a fact (paper, of the document) (vocabulary.yaml:3:3)"
    meaning = editor.at("hover", orders, place(CROOKED, "document.net"))["contents"]["value"]
    assert meaning == "a fact (money, of the document)"
    assert editor.at("hover", orders, place(CROOKED, "Purchase")) is None


def test_a_word_leads_to_where_it_is_declared(editor: Editor) -> None:
    orders = "approvals/orders.yaml"
    text = CROOKED.replace("cffo", "{all: [cfo, {level: director}]}")
    editor.open(orders, text)
    fact = editor.at("definition", orders, place(text, "business_case"))
    assert fact["uri"] == editor.uri("vocabulary.yaml")
    assert fact["range"]["start"] == {"line": 2, "character": 2}
    level = editor.at("definition", orders, place(text, "director"))
    assert level["uri"] == editor.uri("organization.yaml")
    assert level["range"]["start"] == {"line": 3, "character": 18}
    assert editor.at("definition", orders, place(text, "kind")) is None


OFFERS: Final[tuple[tuple[str, set[str], set[str]], ...]] = (
    ("  - {above: 5.00, |}", {"approve", "up_to", "require"}, {"above", "rows"}),
    ("  - {above: 5.00, ap|}", {"approve", "up_to"}, {"above"}),
    ("  - {above: 5.00, ap|", {"approve", "up_to"}, {"above"}),
    ("  - above: 5.00\n    |", {"approve", "when"}, {"above"}),
    ("  - above: 5.00\n    w|", {"approve", "when"}, {"above"}),
    ("  - {approve: |}", {"cfo", "controller", "cost_center_owner"}, {"director", "approve"}),
    ("  - {approve: {level: |}}", {"manager", "director"}, {"cfo"}),
    ("  - {approve: [cfo, {chain: supervisors, |}]}", {"until", "to"}, {"chain", "approve"}),
    ("  - {when: {|}}", {"business_case", "category", "any_line"}, {"cfo"}),
    ("  - {when: {business_case: |}}", {"present", "missing"}, {"cfo"}),
    ("  - {exception: |}", {"yes", "no"}, {"cfo"}),
)


def test_what_may_stand_is_offered(editor: Editor) -> None:
    orders = "approvals/orders.yaml"
    editor.open(orders, CROOKED)
    for line, some, none in OFFERS:
        typed = CROOKED[: CROOKED.index("  - ")] + line
        editor.type(orders, f"{typed.replace('|', '')}\n")
        offered = labels(editor.at("completion", orders, place(typed, "|")))
        assert offered >= some, (line, offered)
        assert not offered & none, (line, offered)


def test_the_formatter_answers_with_the_whole_text(editor: Editor) -> None:
    orders = "approvals/orders.yaml"
    editor.open(orders, CROOKED)
    options = {"tabSize": 2, "insertSpaces": True}
    document = {"uri": editor.uri(orders)}
    (edit,) = editor.ask("textDocument/formatting", textDocument=document, options=options)
    after = CROOKED.replace("kind:   ", "kind: ").replace("😋 #", "😋  #")
    assert edit["newText"] == after
    editor.type(orders, "kind:  approvals\nrows: {\n")
    assert editor.ask("textDocument/formatting", textDocument=document, options=options) is None


def test_a_file_outside_of_a_set_is_no_trouble(editor: Editor, tmp_path: Path) -> None:
    lonely = tmp_path / "elsewhere" / "a.yaml"
    lonely.parent.mkdir()
    lonely.write_text("kind: approvals\n", encoding="utf-8")
    name = f"../{lonely.relative_to(tmp_path)}"
    editor.open(name)
    assert editor.at("hover", name, {"line": 0, "character": 1}) is None
    assert editor.at("completion", name, {"line": 0, "character": 1}) in (None, [])


def test_without_its_library_the_command_says_what_to_install() -> None:
    program = "import sys; sys.modules['pygls'] = None; from api.cli import main; main()"
    found = subprocess.run(
        [sys.executable, "-c", program, "language-server"],
        capture_output=True,
        env=QUIET,
        timeout=60,
        check=False,
    )
    assert found.returncode == 2
    assert b"error: the language server needs `pygls" in found.stderr
    assert b"with its extra `editor`" in found.stderr
