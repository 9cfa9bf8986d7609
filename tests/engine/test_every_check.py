"""What every check of readiness must answer, whatever it asks. Shows (B5)."""

import ast
import inspect
from dataclasses import FrozenInstanceError, fields, is_dataclass

import pytest

from engine.explaining.messages import readiness
from engine.explaining.messages.readiness.evidence import ENGLISH as EVIDENCE
from engine.readiness.check import Check
from engine.readiness.checks import CHECKS, FAMILIES
from engine.readiness.finding import Evidence
from engine.readiness.parameters import Kind, parameters_of

EVERY = pytest.mark.parametrize("check", CHECKS.values(), ids=list(CHECKS))


def codes_of(module: object) -> set[str]:
    """The codes of findings that a module makes, each beside the evidence that clears it."""
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):  # type: ignore[arg-type]
        parts = getattr(node, "args", None) or getattr(node, "elts", None)
        match parts:
            case [ast.Constant(str(code)), ast.Attribute(ast.Name("Evidence")), *_]:
                found.add(code)
    return found


def test_no_word_stands_for_two_checks() -> None:
    assert len(CHECKS) == sum(len(family.CHECKS) for family in FAMILIES)


@EVERY
def test_a_check_is_a_value(check: type[Check]) -> None:
    assert issubclass(check, Check)
    assert is_dataclass(check)
    if any(one.is_required for one in parameters_of(check)):
        return
    made = check()
    assert made == check()
    assert hash(made) == hash(check())
    if fields(check):
        with pytest.raises(FrozenInstanceError):
            setattr(made, fields(check)[0].name, None)


@EVERY
def test_every_parameter_says_what_it_is(check: type[Check]) -> None:
    for one in parameters_of(check):
        assert one.parameter.says, one.name
        assert (one.parameter.kind is Kind.GROUP) == (one.parameter.group is not None), one.name
        if one.parameter.kind in (Kind.WORD, Kind.WORDS):
            assert one.parameter.words, one.name


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_every_code_has_a_text_in_each_language(family: object) -> None:
    codes = codes_of(family)
    assert codes, "a family that finds nothing"
    assert codes <= readiness.ENGLISH.keys()
    assert codes <= readiness.GERMAN.keys()


def test_everything_that_clears_a_finding_has_words() -> None:
    assert {f"evidence.{one.value}" for one in Evidence} == set(EVIDENCE)


def test_texts_of_both_languages_fill_in_the_same_words() -> None:
    from engine.explaining.messages import fields as named

    for code, text in readiness.ENGLISH.items():
        other = readiness.GERMAN[code]
        assert named(text.short) == named(other.short), code
        assert named(text.full) == named(other.full), code
