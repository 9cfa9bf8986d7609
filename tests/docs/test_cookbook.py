"""The cookbook: every recipe is built, linted and tested; its sources and numbers are there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from rules.diagnostics import Severity
from tests.policies.sets import POLICIES, ROOT, checked, failures, results_of

COOKBOOK: Final = ROOT / "docs" / "cookbook.md"
BLOCK: Final = re.compile(
    r"^```yaml\n# (?P<name>\S+\.yaml)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE
)
RECIPE: Final = re.compile(r"^### (?P<number>\d+)\. (?P<title>.+)$", re.MULTILINE)
FEWEST: Final = 30


def parts() -> tuple[str, dict[str, str]]:
    """What stands before the first recipe, and each recipe by its title."""
    text = COOKBOOK.read_text(encoding="utf-8")
    before, *rest = re.split(r"^(?=### \d)", text, flags=re.MULTILINE)
    found = {}
    for recipe in rest:
        heading = RECIPE.match(recipe)
        assert heading is not None, recipe[:60]
        found[heading["title"]] = recipe
    return before, found


def files(text: str) -> dict[str, bytes]:
    """The files of a text, by the name in their first line."""
    found = {match["name"]: match["text"].encode() for match in BLOCK.finditer(text)}
    assert text.count("```yaml") == len(found), "every block has a name of its own"
    return found


BASE: Final = files(parts()[0])
RECIPES: Final = parts()[1]


def test_the_recipes_are_many_and_numbered() -> None:
    numbers = [int(match["number"]) for match in RECIPE.finditer(COOKBOOK.read_text("utf-8"))]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= FEWEST


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_loads_is_clean_and_its_tests_pass(title: str, tmp_path: Path) -> None:
    own = files(RECIPES[title])
    tests = [name for name in own if name.startswith("tests/")]
    assert tests, "a recipe has a test"
    assert any(not name.startswith("tests/") for name in own), "a recipe has policy"
    whole = BASE | own
    policy, found = checked(whole)
    assert policy is not None, found.render()
    if not any(b"\nlint:" in own[name] for name in tests):  # those that it states are a result
        reported = [report for report in found if report.severity is not Severity.NOTE]
        assert not reported, "\n".join(map(str, reported))
    results = results_of(policy, whole, found, tmp_path)
    assert len(results) >= 1
    assert not failures(results), failures(results)


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_names_its_source(title: str) -> None:
    assert re.search(r"^\*\*Need\*\* \([^)]+\): .+", RECIPES[title], re.MULTILINE)
    for name in re.findall(r"`policies/([\w-]+)", RECIPES[title]):
        assert (POLICIES / name).is_dir(), name
