"""`docs/requirements-covered.md` and the test modules name each other's requirements."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NUMBER = r"[A-F][0-9]+"


def rows() -> dict[str, set[str]]:
    """The test modules of each requirement, as the table has them."""
    text = (ROOT / "docs" / "requirements-covered.md").read_text(encoding="utf-8")
    found = re.findall(rf"^\| ({NUMBER}) \| .* \| (.*) \|$", text, re.MULTILINE)
    return {number: set(re.findall(r"`([^`]+)`", modules)) for number, modules in found}


def cited(module: str) -> set[str]:
    """The requirements in parentheses of a module's docstring."""
    said = ast.get_docstring(ast.parse((ROOT / module).read_text(encoding="utf-8"))) or ""
    lists = re.findall(rf"\(({NUMBER}(?:, {NUMBER})*)\)", said)
    return {number for found in lists for number in found.split(", ")}


def test_what_is_covered_is_required() -> None:
    text = (ROOT / "docs" / "requirements.md").read_text(encoding="utf-8")
    required = set(re.findall(rf"^- ({NUMBER}) ", text, re.MULTILINE))
    assert len(rows()) > 13
    assert rows().keys() <= required


def test_every_module_of_the_table_cites_its_requirements_and_no_other_does() -> None:
    modules = sorted((ROOT / "tests").rglob("test_*.py"))
    names = [path.relative_to(ROOT).as_posix() for path in modules]
    by_module = {name: cited(name) for name in names if cited(name)}
    table = {name: {number for number in rows() if name in rows()[number]} for name in by_module}
    assert by_module == table
    assert set().union(*rows().values()) == by_module.keys()
