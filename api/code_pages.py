"""A page about every code of the linter: an example, what it reports, and what to do.

The examples are data (`rules/code_examples/`): small files that stand in for those of one base set.
What is printed under an example is what checking it says now. `python -m api.code_pages` writes
`docs/codes.md`; `countersign lint --explain CODE` prints one section of it.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import rules
from adapters.master_data import build
from engine.deciding import decide
from engine.policy import PolicySet
from rules.checks import lint_with_data
from rules.codes import CODES
from rules.diagnostics import Diagnostic, Diagnostics
from rules.loading import load_set
from rules.testing.running import run_tests
from rules.testing.worlds import Built, Sources

EXAMPLES: Final = Path(rules.__path__[0]) / "code_examples"
PAGE: Final = Path(rules.__path__[0]).parent / "docs" / "codes.md"
FAMILIES: Final = ("reading", "values", "compiling", "checks", "tests")
ON: Final = date(2027, 4, 1)  # the day on which the examples are checked
_NOW: Final = datetime(2027, 4, 1, 12, tzinfo=UTC)
_ABSENT: Final = "@absent"
_FENCE: Final = re.compile(r"^```(\w+) (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_DIRECTIVE: Final = re.compile(r"(\s*(?:- )?)@(escaped|repeat|long|nested|listed) (.*)")
_WIDEST: Final = 160


@dataclass(frozen=True, slots=True)
class Example:
    """Files as written in the source, by name, and what to do about the report."""

    files: Mapping[str, str]
    advice: str


def page() -> str:
    """The whole page."""
    parts = [(EXAMPLES / "introduction.md").read_text(encoding="utf-8")]
    for family in FAMILIES:
        title, found = _source(family)
        parts += [f"## {title}\n", *(_section(code, example) for code, example in found.items())]
    fences = "\n".join(_fences(_base()))
    return "\n".join([*parts, "## The base set\n", fences])


def section(code: str) -> str:
    """The section of one code. Raises `KeyError` for a code that has none."""
    return _section(code, examples()[code])


def examples() -> dict[str, Example]:
    """The example of each code."""
    found: dict[str, Example] = {}
    for family in FAMILIES:
        found |= _source(family)[1]
    return found


def reports(code: str, example: Example) -> tuple[Diagnostic, ...]:
    """What checking the example says under this code."""
    files = {name: content(text) for name, text in (_base() | dict(example.files)).items()}
    given = {name: data for name, data in files.items() if data is not None}
    found = Diagnostics()
    policy = load_set(given, found, ON)
    if policy is not None:
        _tried_out(policy, given, found)
    return tuple(report for report in found if report.code == code)


def content(text: str) -> bytes | None:
    """The bytes of a file of an example; `None` for one that is taken out."""
    if text.strip() == _ABSENT:
        return None
    return b"".join(_expanded(line) for line in text.splitlines())


def _expanded(line: str) -> bytes:
    found = _DIRECTIVE.fullmatch(line)
    if found is None:
        return f"{line}\n".encode()
    indent, word, rest = found.groups()
    if word == "escaped":
        plain = rest.encode("ascii").decode("unicode_escape")
        return plain.encode("latin-1" if r"\x" in rest else "utf-8") + b"\n"
    count, text = rest.split(" ", 1)
    return _counted(indent, word, int(count), text).encode()


def _counted(indent: str, word: str, count: int, text: str) -> str:
    match word:
        case "repeat":
            return f"{indent}{text}\n" * count
        case "long":
            return f"{indent}{text[:-1]}{text[-1] * count}\n"
        case "nested":
            return f"{indent}{text}: {'[' * count}{']' * count}\n"
        case _:
            first, item, last = text.split("|")
            return f"{indent}{first}{', '.join([item] * count)}{last}\n"


def _tried_out(policy: PolicySet, files: Mapping[str, bytes], found: Diagnostics) -> None:
    """The tests of the example, and its people where it brings some."""

    def built(rows: Mapping[str, list[dict[str, str]]]) -> Built:
        load = build(rows, policy.organization, policy.facts)
        left_out = (str(bad) for bad in load.quarantined if bad.effect != "note")
        return Built(load.data, tuple(left_out))

    run_tests(policy, files, Sources(lambda path: None, built), found)
    tables = {
        name.removeprefix("data/").removesuffix(".csv"): list(csv.DictReader(io.StringIO(text)))
        for name, text in ((name, data.decode()) for name, data in files.items())
        if name.endswith(".csv")
    }
    data = built(tables).data if tables else None
    if data is not None:
        lint_with_data(policy, data, found, decide, _NOW)


def _source(family: str) -> tuple[str, dict[str, Example]]:
    """The title of a family and its examples, as its file says them."""
    text = (EXAMPLES / f"{family}.md").read_text(encoding="utf-8")
    head, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    found: dict[str, Example] = {}
    for part in parts:
        code, _, rest = part.partition("\n")
        found[code.strip()] = Example(_files(rest), _FENCE.sub("", rest).strip())
    return head.strip().removeprefix("# "), found


def _base() -> dict[str, str]:
    return _files((EXAMPLES / "base.md").read_text(encoding="utf-8"))


def _files(text: str) -> dict[str, str]:
    return {name: content for _, name, content in _FENCE.findall(text)}


def _section(code: str, example: Example) -> str:
    lines = [f"### {code}\n", f"{_sentence(CODES[code])}\n", *_fences(example.files)]
    shown = "\n".join(line for report in reports(code, example) for line in _lines(report))
    if shown:
        lines.append(f"```\n{shown}\n```\n")
    return "\n".join([*lines, f"{example.advice}\n"])


def _lines(report: Diagnostic) -> Iterator[str]:
    """A report as the terminal shows it; what is longer than a page is wide is cut."""
    for line in str(report).splitlines():
        yield line if len(line) <= _WIDEST else f"{line[:_WIDEST]}..."


def _fences(files: Mapping[str, str]) -> Iterator[str]:
    for name, text in files.items():
        kind = name.rpartition(".")[2]
        yield f"`{name}`\n\n```{kind}\n{text}```\n"


def _sentence(meaning: str) -> str:
    return f"{meaning[0].upper()}{meaning[1:]}."


def main() -> None:
    """Writes the page, and says where."""
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    sys.stdout.write(f"written: {PAGE.name}\n")


if __name__ == "__main__":
    main()
