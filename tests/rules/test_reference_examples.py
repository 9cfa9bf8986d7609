"""Every YAML example of the language reference is a whole file, and compiles."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

import rules
from engine.explaining.messages import english, readiness
from rules.codes import CODES
from rules.compiling.shapes import Shape
from rules.diagnostics import Severity
from tests.policies.sets import ROOT, checked, failures, results_of

REFERENCE: Final = ROOT / "rules" / "README.md"
BASE_FILES: Final = (
    "policy.yaml",
    "vocabulary.yaml",
    "organization.yaml",
    "approvals/purchases.yaml",
)
BLOCK: Final = re.compile(
    r"^```yaml\n# (?P<name>\S+\.yaml)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
ACCEPTING: Final = "accepted:"  # an example of accepting what the base set does not report


def blocks() -> list[tuple[str, str]]:
    """Every example: the name that its first line gives it, and its text."""
    text = REFERENCE.read_text(encoding="utf-8")
    return [(match["name"], match["text"]) for match in BLOCK.finditer(text)]


def base() -> dict[str, bytes]:
    """The base set: the first example of each of its names."""
    found: dict[str, bytes] = {}
    for name, text in blocks():
        if name in BASE_FILES:
            found.setdefault(name, text.encode())
    return found


def test_every_yaml_block_is_a_named_file() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    assert text.count("```yaml") == len(blocks())
    assert set(base()) == set(BASE_FILES)


@pytest.mark.parametrize(("name", "text"), blocks(), ids=[name for name, _ in blocks()])
def test_an_example_compiles_with_the_base_set(name: str, text: str) -> None:
    files = base() | {name: text.encode()}
    policy, found = checked(files)
    wrong = [
        str(report)
        for report in found
        if report.severity is Severity.ERROR
        or (report.severity is Severity.WARNING and ACCEPTING not in text)
    ]
    assert policy is not None, found.render()
    assert not wrong, "\n".join(wrong)
    results = results_of(policy, files, found, Path("nowhere")) if ACCEPTING not in text else ()
    assert not failures(results), failures(results)


def test_every_key_of_the_language_is_in_the_reference() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    for module in sorted(Path(rules.__path__[0]).rglob("*.py")):
        name = ".".join(module.relative_to(ROOT).with_suffix("").parts)
        for shape in vars(importlib.import_module(name)).values():
            for key in shape.keys if isinstance(shape, Shape) else ():
                assert re.search(rf"(?<![\w.]){re.escape(key.name)}(?![\w.])", text), (name, key)


@pytest.mark.parametrize(
    "catalogue", [english.HELD, english.REFUSED, english.PASSED, readiness.ENGLISH]
)
def test_every_code_of_a_decision_is_in_the_reference(catalogue: Mapping[str, object]) -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    assert not [code for code in catalogue if f"`{code}`" not in text]


def test_every_linter_code_is_in_the_reference() -> None:
    text = REFERENCE.read_text(encoding="utf-8")
    for code, meaning in CODES.items():
        assert f"| `{code}` | {meaning} |" in text, code
