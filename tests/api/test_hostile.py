"""Input made to hurt, through the real command line: a place, a documented code, and an end.

Policy files, documents and master data, each with every kind of hostility by name, and then
with mutations at random (A5). Large ones run as processes with a time limit.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from api.cli import app
from api.commands.terminal import MEANINGS
from tests.api.orders import order
from tests.policies.sets import POLICIES, ROOT

ACME: Final = POLICIES / "acme"
AT: Final = "2027-03-15T09:00:00-04:00"
CODES: Final = frozenset(map(int, MEANINGS))
PROGRAM: Final = (sys.executable, "-c", "from api.cli import main; main()")
SECONDS_MAX: Final = 240  # the slowest takes about 30 s; a busy machine does not matter
LARGE: Final = 10_000_000


def said(*arguments: str | Path, stdin: bytes | None = None) -> Result:
    """What a command answers. Anything that it raises but its exit code is a failure."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code in CODES
    assert "Traceback" not in result.output
    return result


def as_process(*arguments: str | Path) -> tuple[int, str]:
    """The exit code and everything that was said by a process of its own, within the limit."""
    found = subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        capture_output=True,
        cwd=ROOT,
        timeout=SECONDS_MAX,
        check=False,
    )
    text = (found.stdout + found.stderr).decode("utf-8")
    assert found.returncode in CODES, text[-2000:]
    assert "Traceback" not in text
    return found.returncode, text


SLOW: Final = frozenset(
    {
        *("4 MB of rows", "10 MB of fields", "10 MB of lines", "10 MB of empty lines"),
        *("10 MB of duplicate keys", "10 MB of rows that are wrong", "10 MB of circles"),
        *("1 MB of rows of YAML", "10 MB in a cell"),
    }
)


def mostly_quick(names: Iterable[str]) -> list[Any]:
    """The names as parameters; the slow ones run at night only."""
    return [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in names]


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


# --- policy files ---------------------------------------------------------------------------------

ORDERS: Final = "approvals/orders.yaml"


def laughs() -> bytes:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [
        f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]"
        for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    return "\n".join(lines).encode()


# Each replaces the file of the matrix: its bytes, the line to be named, and the code.
WHOLE_FILES: Final = {
    "nesting in lines": (b"[\n" * 30_000, r"\d+", "too-deep"),
    "nesting in one line": (b"[" * 60_000, "1", "text-too-long"),
    "nesting in braces": (b"{a:\n" * 15_000, r"\d+", "too-deep"),
    "aliases": (b"kind: approvals\nname: *x\n", "2", "anchor"),
    "a billion laughs": (laughs(), "1", "anchor"),
    "tags": (b"kind: approvals\nname: !!python/object/apply:os.system [x]\n", "2", "tag"),
    "duplicate keys": (b"kind: approvals\nname: a\nname: b\n", "3", "duplicate-key"),
    "Latin-1": (b"kind: approvals\nname: caf\xe9\n", "2", "not-utf8"),
    "UTF-16": ("kind: approvals\n".encode("utf-16"), "1", "not-utf8"),
    "a byte 0": (b"kind: approvals\nname: a\0b\n", "2", ""),
    "half a character": (b'kind: approvals\nname: "\\ud800"\n', "2", ""),
    "a list": (b"- kind: approvals\n", "1", ""),
    "a text": (b"approvals\n", "1", ""),
    "nothing": (b"", "1", "empty-file"),
    "two documents": (b"kind: approvals\n---\nkind: approvals\n", "2", ""),
}
# Each changes one line of the matrix: the text before and after, the line, and the code.
WRONG_WORDS: Final = {
    "a list for a text": ("name: orders", "name: [orders]", 2, ""),
    "a mapping for a list": ("documents: [purchase_order]", "documents: {a: b}", 4, ""),
    "a text for a list": ("rows:\n", "rows: all\nrest:\n", 7, ""),
    "a list for an amount": ("up_to: 50_000.00", "up_to: [1]", 11, ""),
    "yes for an amount": ("up_to: 50_000.00", "up_to: yes", 11, ""),
    "an exponent": ("up_to: 50_000.00", "up_to: 5e4", 11, ""),
    "not a number": ("up_to: 50_000.00", "up_to: .nan", 11, ""),
    "too many decimals": ("up_to: 50_000.00", "up_to: 50_000.001", 11, ""),
    "beyond 64 bits": ("up_to: 50_000.00", "up_to: 92233720368547758.08", 11, ""),
    "far beyond 64 bits": ("up_to: 50_000.00", f"up_to: {'9' * 5_000}.00", 11, ""),
    "a fact that is missing": (
        "    up_to: 50",
        "    when: {cost_of_it: 1}\n    up_to: 50",
        11,
        "unknown-fact",
    ),
    "a currency that is missing": ("currency: USD\n", "", 7, ""),
}


def assert_refused_at(folder: Path, line: str, code: str) -> None:
    """`lint` and `decide` name the line; `lint` ends with 1, `decide` with 4."""
    for exit_code, arguments in ((1, ("lint", folder)), (4, ("decide", "-", "--policy", folder))):
        result = said(*arguments)
        assert result.exit_code == exit_code
        expected = rf"^{ORDERS}:{line}:\d+: error\[{code or '[a-z0-9-]+'}\]: \S"
        assert re.search(expected, result.output, re.MULTILINE), result.output[:2000]
        assert len(result.output) < 20_000


@pytest.mark.parametrize("name", WHOLE_FILES)
def test_a_hostile_policy_file_is_refused_by_line(folder: Path, name: str) -> None:
    content, line, code = WHOLE_FILES[name]
    (folder / ORDERS).write_bytes(content)
    assert_refused_at(folder, line, code)


@pytest.mark.parametrize("name", WRONG_WORDS)
def test_a_wrong_word_in_a_policy_is_refused_by_line(folder: Path, name: str) -> None:
    before, after, line, code = WRONG_WORDS[name]
    change(folder / ORDERS, before, after)
    assert_refused_at(folder, str(line), code)


LARGE_POLICIES: Final[dict[str, tuple[bytes, int, str]]] = {
    "10 MB of comments": ((b"#" * 99 + b"\n") * (LARGE // 100), 4, "orders.yaml"),
    "10 MB in a line": (b"a" * LARGE, 4, "orders.yaml"),
    "4 MB of rows": (b"rows:\n" + b"- {up_to: 1.00, approve: cfo}\n" * 130_000, 1, "orders.yaml:"),
    "4 MB of brackets": (b"[\n" * 1_900_000, 1, "orders.yaml:"),
    "4 MB of aliases": (b"- *a\n" * 790_000, 1, "orders.yaml:"),
}


@pytest.mark.parametrize("name", mostly_quick(LARGE_POLICIES))
def test_a_large_policy_file_has_an_end(folder: Path, name: str) -> None:
    content, code, place = LARGE_POLICIES[name]
    (folder / ORDERS).write_bytes(content)
    found, text = as_process("lint", folder)
    assert (found, place in text) == (code, True), text[:2000]
    assert len(text) < 100_000


# --- documents ------------------------------------------------------------------------------------

GOOD: Final = order("PO-1", "5.00")
LINE: Final = {"net": "5.00"}


def text_of(**changed: object) -> bytes:
    """The good document with other values; `...` takes a field out."""
    document = {name: value for name, value in (GOOD | changed).items() if value is not ...}
    return json.dumps(document).encode()


# Each is one document: its bytes, the code of its error, and its place.
DOCUMENTS: Final = {
    "nesting": (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "too_deep", "line 1, column"),
    "nesting in lists": (b"[\n" * 100_000, "too_deep", "line 33, column 1"),
    "an alias": (b'{"id": &a "x", "type": *a}', "invalid_json", "line 1, column 8"),
    "a tag": (b'{"id": !!python/name:os.system "x"}', "invalid_json", "line 1, column 8"),
    "duplicate keys": (b'{\n"id": "a",\n"id": "b"}', "duplicate_field", "line 3, column 1"),
    "Latin-1": (b'{"id":\n"caf\xe9"}', "invalid_encoding", "line 2, column 5"),
    "UTF-16": ('{"id": "a"}'.encode("utf-16"), "invalid_encoding", "UTF-16"),
    "half a character": (b'{"id": "\\ud800"}', "invalid_text", "line 1, column 8"),
    "a number that is no integer": (b'{"amount": 5.01}', "inexact_number", "line 1, column 12"),
    "NaN": (b'{"amount": NaN}', "invalid_number", "line 1, column 12"),
    "5,000 digits": (b'{"amount": %s}' % (b"9" * 5_000), "inexact_number", "line 1, column 12"),
    "a list for a text": (text_of(id=["PO-1"]), "wrong_type", "id:"),
    "a number for an amount": (text_of(amount=5), "wrong_type", "amount:"),
    "yes for an amount": (text_of(amount=True), "wrong_type", "amount:"),
    "a text for lines": (text_of(lines="one", amount=...), "wrong_type", "lines:"),
    "a text for a line": (text_of(lines=["one"], amount=...), "wrong_type", "lines[0]"),
    "too many decimals": (text_of(amount="5.001"), "invalid_minor_unit", "amount:"),
    "too many decimals in a line": (
        text_of(lines=[LINE, {"net": "5.001"}], amount=...),
        "invalid_minor_unit",
        "lines[1].net:",
    ),
    "beyond 64 bits": (text_of(amount="92233720368547758.08"), "amount_overflow", "amount:"),
    "beyond 64 bits together": (
        text_of(lines=[{"net": "92233720368547758.07"}] * 2, amount=...),
        "amount_overflow",
        "lines",
    ),
    "5,000 digits as text": (text_of(amount="9" * 5_000), "", "amount:"),
    "no type": (text_of(type=...), "missing_field", "type:"),
    "no entity": (text_of(entity=...), "missing_field", "entity:"),
    "no amount": (text_of(amount=...), "missing_field", "amount"),
    "no currency": (text_of(currency=...), "missing_field", "currency:"),
    "no currency of the world": (text_of(currency="QQQ"), "unknown_currency", "currency:"),
    "a moment without an offset": (
        text_of(submitted_at="2027-03-15T08:00:00"),
        "",
        "submitted_at:",
    ),
    "a field that is unknown": (text_of(amuont="5.00"), "", "amuont:"),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_hostile_document_is_refused_by_field(folder: Path, name: str) -> None:
    content, code, place = DOCUMENTS[name]
    path = folder.parent / "document.json"
    path.write_bytes(content)
    for command in ("decide", "explain"):
        result = said(command, path, "--policy", folder)
        assert result.exit_code == 3
        expected = rf"^  {code or '[a-z_]+'}: .*{re.escape(place)}"
        assert re.search(expected, result.stderr, re.MULTILINE), result.stderr[:2000]
        assert len(result.output) < 20_000


@pytest.mark.parametrize("name", sorted(set(DOCUMENTS) - {"UTF-16"}))
def test_a_hostile_line_is_named_and_the_others_are_decided(folder: Path, name: str) -> None:
    content, code, _ = DOCUMENTS[name]
    good = text_of()
    path = folder.parent / "documents.jsonl"
    path.write_bytes(b"\n".join([good, content.replace(b"\n", b" "), good]))
    result = said("decide", path, "--policy", folder, "--json")
    assert result.exit_code == 3
    assert "error: document 2 " in result.stderr
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert ["decision" in line for line in lines] == [True, False, True]
    assert lines[1]["position"] == 2
    assert code in {"", *(error["code"] for error in lines[1]["errors"])}


def test_a_missing_fact_that_a_rule_needs_holds_by_name(folder: Path) -> None:
    change(folder / ORDERS, "    up_to: 50", "    when: {category: {not: it}}\n    up_to: 50")
    path = folder.parent / "document.json"
    path.write_bytes(text_of(amount="5000.00"))
    result = said("decide", path, "--policy", folder, "--json")
    decision = json.loads(result.stdout or "{}").get("decision", {})
    if result.exit_code == 4:  # the matrix has a gap then, which is said too
        assert re.search(rf"^{ORDERS}:\d+:\d+: error", result.stderr, re.MULTILINE)
    else:
        assert decision["outcome"] == "held"


LARGE_DOCUMENTS: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "10 MB in a text": (lambda: text_of(id="a" * LARGE), "id:"),
    "10 MB of lines": (lambda: text_of(lines=[LINE] * (LARGE // 15), amount=...), "lines"),
    "10 MB of fields": (
        lambda: text_of(**{f"field{number}": "x" for number in range(LARGE // 22)}),
        "field0",
    ),
    "10 MB of brackets": (lambda: b"[" * LARGE, "line 1, column 33"),
    "10 MB of duplicate keys": (
        lambda: b"{" + b'"a":1,' * (LARGE // 6) + b'"a":1}',
        "line 1, column 8",
    ),
    "more than 16 MB": (lambda: b" " * 17_000_000 + b"{}", "larger"),
    "10 MB of empty lines": (lambda: b"\n" * LARGE, "no document"),
}


@pytest.mark.parametrize("name", mostly_quick(LARGE_DOCUMENTS))
def test_a_large_document_has_an_end(folder: Path, name: str) -> None:
    content, place = LARGE_DOCUMENTS[name]
    path = folder.parent / "document.json"
    path.write_bytes(content())
    code, text = as_process("decide", path, "--policy", folder)
    assert code == 3, text[:2000]
    assert place in text or "longer than" in text, text[:2000]
    assert len(text) < 100_000


# --- master data ----------------------------------------------------------------------------------

HEADER: Final = "id,name,entity,manager,level,last_day\n"
PEOPLE: Final = HEADER + "rita,Rita,US01,,,\nmia,Mia,US01,,manager,\n"
# Each is `people.csv`: its bytes, the place, and the code.
TABLES: Final = {
    "a quote that never ends": (PEOPLE + 'x,"y,US01,,,\n', "people.csv:4", "unreadable-csv"),
    "duplicate columns": (PEOPLE.replace("last_day", "name"), "people.csv:1:name", ""),
    "duplicate ids": (PEOPLE + "mia,Mia,US01,,,\n", "people.csv:4", ""),
    "a word for a day": (PEOPLE + "x,X,US01,,,tomorrow\n", "people.csv:4:last_day", ""),
    "a day that is none": (PEOPLE + "x,X,US01,,,2027-02-30\n", "people.csv:4:last_day", ""),
    "a level that is none": (PEOPLE + "x,X,US01,,managr,\n", "people.csv:4:level", "unknown-level"),
    "too few cells": (PEOPLE + "x,X,US01\n", "people.csv:4", "wrong-cell-count"),
    "too many cells": (PEOPLE + "x" + "," * 5_000 + "\n", "people.csv:4", "wrong-cell-count"),
    "a missing id": (PEOPLE + ",X,US01,,,\n", "people.csv:4:id", ""),
    "a missing entity": (PEOPLE + "x,X,,,,\n", "people.csv:4:entity", ""),
    "a missing column": ("id,name\nx,X\n", "people.csv:1", "missing-column"),
    "nothing": ("", "people.csv", "empty-file"),
}
MORE_TABLES: Final = {
    "too many decimals": (
        "contracts.csv",
        "id,supplier,net\nC,S,5.001 USD\n",
        "contracts.csv:2:net",
    ),
    "beyond 64 bits": (
        "contracts.csv",
        f"id,supplier,net\nC,S,{2**63}.00 USD\n",
        "contracts.csv:2:net",
    ),
    "5,000 digits": (
        "contracts.csv",
        f"id,supplier,net\nC,S,{'9' * 5_000} USD\n",
        "contracts.csv:2:net",
    ),
    "a rate of nothing": (
        "rates.csv",
        "type,base,quote,day,rate\na,EUR,USD,2027-01-01,0\n",
        "rates.csv:2:rate",
    ),
    "a rate of 5,000 digits": (
        "rates.csv",
        f"type,base,quote,day,rate\na,EUR,USD,2027-01-01,{'9' * 5_000}\n",
        "rates.csv:2:rate",
    ),
    "a rate that is a word": (
        "rates.csv",
        "type,base,quote,day,rate\na,EUR,USD,2027-01-01,1e9\n",
        "rates.csv:2:rate",
    ),
    "nesting": ("absences.yaml", "- person: {a: {b: {c: d}}}\n", "absences.yaml:1"),
    "deep nesting": ("absences.yaml", "[\n" * 60_000, "absences.yaml:4"),
    "aliases": ("absences.yaml", "- &a {person: mia}\n- *a\n", "absences.yaml:2"),
    "tags": ("absences.yaml", "- person: !!python/name:os.system mia\n", "absences.yaml:1"),
    "duplicate keys": ("absences.yaml", "- person: mia\n  person: dan\n", "absences.yaml:1"),
    "a character too high": (
        "absences.yaml",
        '- person: mia\n- person: "\\UFFFFFFFF"\n',
        "absences.yaml:2",
    ),
    "a mapping for a list": ("absences.yaml", "person: mia\n", "absences.yaml:1"),
    "a list for a text": ("absences.yaml", "- [mia]\n", "absences.yaml:1"),
    "a byte 0": ("absences.yaml", "- person: mia\n- person: \0\n", "absences.yaml:2"),
}


def assert_data_refused(folder: Path, place: str, code: str = "") -> None:
    """`data check` names the place and ends with 1 or 5; deciding goes on or ends with 5."""
    result = said("data", "check", folder / "data", "--policy", folder)
    assert result.exit_code in (1, 5), result.output[:2000]
    effect = rf"(?:error|warning)\[{code or '[a-z0-9-]+'}\]: \S"
    assert re.search(rf"^{re.escape(place)}\S*: {effect}", result.stdout, re.MULTILINE), (
        result.output[:2000]
    )
    assert len(result.output) < 20_000
    decided = said("decide", "-", "--policy", folder, stdin=text_of())
    assert decided.exit_code == (5 if result.exit_code == 5 else 0)


@pytest.mark.parametrize("name", TABLES)
def test_a_hostile_table_is_refused_by_line_and_column(folder: Path, name: str) -> None:
    content, place, code = TABLES[name]
    (folder / "data" / "people.csv").write_text(content, encoding="utf-8")
    assert_data_refused(folder, place, code)


@pytest.mark.parametrize("name", MORE_TABLES)
def test_a_hostile_table_of_another_kind_too(folder: Path, name: str) -> None:
    file, content, place = MORE_TABLES[name]
    (folder / "data" / file).write_text(content, encoding="utf-8")
    (folder / "data" / "suppliers.csv").write_text(
        "id,name,group,status\nS,Supplier,,approved\n", encoding="utf-8"
    )
    assert_data_refused(folder, place)


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (PEOPLE.encode() + b"x,caf\xe9,US01,,,\n", "people.csv:4"),
        (PEOPLE.encode("utf-16"), "people.csv:1"),
        (PEOPLE.encode() + b"x,a\0b,US01,,,\n", "people.csv:4"),
    ],
    ids=["Latin-1", "UTF-16", "a byte 0"],
)
def test_a_table_in_another_encoding_is_refused_by_line(
    folder: Path, content: bytes, place: str
) -> None:
    (folder / "data" / "people.csv").write_bytes(content)
    assert_data_refused(folder, place)


def circle(count: int) -> str:
    """Everybody is the manager of the one before him: reported and kept."""
    rows = (f"p{n},P,US01,p{(n + 1) % count},,\n" for n in range(count))
    return PEOPLE + "carl,Carl,US01,,,\n" + "".join(rows)


LARGE_TABLES: Final = {
    "10 MB in a cell": ("people.csv", PEOPLE + f"x,{'x' * LARGE},US01,,,\n", "people.csv:4", 5),
    "10 MB of rows that are wrong": (
        "people.csv",
        PEOPLE + "x,,US9,,m,\n" * 900_000,
        "people.csv:",
        5,
    ),
    "10 MB of circles": ("people.csv", circle(400_000), "people.csv:", 0),
    "10 MB of YAML": ("absences.yaml", "- {person: mia}\n" * (LARGE // 16), "absences.yaml", 5),
    "1 MB of YAML brackets": ("absences.yaml", "[" * 999_999, "absences.yaml:1", 5),
}


@pytest.mark.parametrize("name", mostly_quick(LARGE_TABLES))
def test_a_large_table_has_an_end(folder: Path, name: str) -> None:
    file, content, place, code = LARGE_TABLES[name]
    (folder / "data" / file).write_text(content, encoding="utf-8")
    found, text = as_process("data", "check", folder / "data", "--policy", folder)
    assert (found, place in text) == (code, True), text[:2000]
    assert len(text) < 500_000


# --- mutations ------------------------------------------------------------------------------------

FUZZ: Final = {
    name: path.read_bytes()
    for path in sorted(ACME.rglob("*"))
    if path.suffix in (".yaml", ".csv")
    for name in (path.relative_to(ACME).as_posix(),)
}
POLICY_FILES: Final = [name for name in FUZZ if not name.startswith(("data/", "tests/"))]
DATA_FILES: Final = [name for name in FUZZ if name.startswith("data/")]
PIECES: Final = (
    *(
        b"",
        b"\x00",
        b"\xff",
        b"\n",
        b"\t",
        b" ",
        b'"',
        b"'",
        b",",
        b":",
        b": ",
        b"- ",
        b"&a ",
        b"*a",
    ),
    *(b"[", b"]", b"{", b"}", b"!x ", b"#", b"|", b"~", b"yes", b"-1", b"0", b"1e9", b"0.001"),
    *(b"9" * 30, b"2027-02-30", b"\xe2\x80\xae", b"\xed\xa0\x80", b"\\ud800", b"rita", b"S-1"),
)
ORDER: Final = json.dumps(
    order("PO-1", "5000.00", cost_center="cc100", supplier="S-1", category="it"), indent=1
).encode()


@st.composite
def spoiled(draw: st.DrawFn, original: bytes) -> bytes:
    """The text with a few slips: bytes changed, lines dropped, doubled or moved, words swapped."""
    lines = original.splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        other = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        match draw(st.sampled_from(["byte", "piece", "word", "drop", "double", "swap"])):
            case "byte" if line:
                spot = draw(st.integers(0, len(line) - 1))
                lines[at] = line[:spot] + bytes([draw(st.integers(0, 255))]) + line[spot + 1 :]
            case "piece":
                spot, cut = draw(st.integers(0, len(line))), draw(st.integers(0, 8))
                lines[at] = line[:spot] + draw(st.sampled_from(PIECES)) + line[spot + cut :]
            case "word":
                words = re.findall(rb"[\w.@-]+", lines[other]) or [b""]
                lines[at] = re.sub(rb"[\w.@-]+", draw(st.sampled_from(words)), line, count=1)
            case "drop":
                lines[at] = b""
            case "double":
                lines[at] = line * 2
            case "swap":
                lines[at], lines[other] = lines[other], line
    return b"".join(lines)


def acme_with(folder: Path, name: str, content: bytes) -> None:
    """ACME in the folder, one file spoiled; the file before is put back."""
    for each, original in FUZZ.items():
        path = folder / each
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if each == name else original)


def assert_places(result: Result, name: str) -> None:
    """Whatever is an error begins with a file of the set and names something."""
    if result.exit_code in (1, 4, 5):
        expected = r"^(?:[\w/]+\.(?:yaml|csv)|data)\b.*: (?:error|warning)\[[a-z0-9-]+\]: \S"
        assert re.search(expected, result.output, re.MULTILINE), (name, result.output[:2000])


def try_policy(name: str, content: bytes) -> None:
    with TemporaryDirectory() as folder:
        acme_with(Path(folder), name, content)
        assert_places(said("lint", folder), name)
        decided = said("decide", "-", "--policy", folder, "--at", AT, stdin=ORDER)
        assert decided.exit_code in (0, 3, 4, 5)


def try_document(content: bytes) -> None:
    result = said("decide", "-", "--policy", ACME, "--at", AT, stdin=content)
    assert result.exit_code in (0, 3)
    assert result.exit_code == 0 or "error: " in result.stderr


def try_data(name: str, content: bytes) -> None:
    with TemporaryDirectory() as folder:
        acme_with(Path(folder), name, content)
        data = Path(folder) / "data"
        assert_places(said("data", "check", data, "--policy", ACME), name)
        arguments = ("decide", "-", "--policy", ACME, "--data", data, "--at", AT)
        assert said(*arguments, stdin=ORDER).exit_code in (0, 3, 5)


def one_of(names: list[str]) -> st.SearchStrategy[tuple[str, bytes]]:
    return st.sampled_from(names).flatmap(
        lambda name: st.tuples(st.just(name), spoiled(FUZZ[name]))
    )


policies, documents, tables = one_of(POLICY_FILES), spoiled(ORDER), one_of(DATA_FILES)
FEW: Final = settings(max_examples=40, suppress_health_check=list(HealthCheck))
MANY: Final = settings(max_examples=1_500, suppress_health_check=list(HealthCheck))


def test_what_is_spoiled_was_good() -> None:
    assert said("decide", "-", "--policy", ACME, "--at", AT, stdin=ORDER).exit_code == 0


@FEW
@given(policies)
def test_a_spoiled_policy_is_answered(found: tuple[str, bytes]) -> None:
    try_policy(*found)


@FEW
@given(documents)
def test_a_spoiled_document_is_answered(content: bytes) -> None:
    try_document(content)


@FEW
@given(tables)
def test_spoiled_master_data_are_answered(found: tuple[str, bytes]) -> None:
    try_data(*found)


@pytest.mark.slow
@MANY
@given(policies, documents, tables)
def test_much_that_is_spoiled_is_answered(
    policy: tuple[str, bytes], document: bytes, table: tuple[str, bytes]
) -> None:
    try_policy(*policy)
    try_document(document)
    try_data(*table)
