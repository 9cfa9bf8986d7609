"""A case file: what the two engines were asked and said, for a person to ask the matcher again.

It holds the rules, the facts and both answers, and nothing that lies elsewhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from adapters.second_opinion.compiling import Compiled
from adapters.second_opinion.fence import Ruleset
from engine.opinion.controls import SHEET
from engine.opinion.rules import ControlRule, Fact, Pattern, Violation

FORM: Final = 1


class NoCaseFile(Exception):
    """The text is no case file. The message says where, and what was expected."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """`ours` is what the engine found violated, `theirs` what the matcher did."""

    case: str
    compiled: Compiled
    facts: tuple[Fact, ...]
    ours: tuple[Violation, ...]
    theirs: tuple[Violation, ...]


def facts_digest(facts: Sequence[Fact]) -> str:
    """Names what was asked, in its order."""
    written = json.dumps([dict(fact) for fact in facts], sort_keys=True, ensure_ascii=False)
    return "sha256:" + hashlib.sha256(written.encode()).hexdigest()


def written(file: CaseFile) -> str:
    """The file as text."""
    plain = {
        "form": FORM,
        "case": file.case,
        "rules": file.compiled.digest,
        "rulesets": [_ruleset(ruleset) for ruleset in file.compiled.rulesets],
        "facts": [dict(fact) for fact in file.facts],
        "engine": [plain_violation(each) for each in file.ours],
        "matcher": [plain_violation(each) for each in file.theirs],
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True)


def read(text: str) -> CaseFile:
    """The file behind a text. Raises `NoCaseFile`."""
    try:
        plain = json.loads(text)
        if plain["form"] != FORM:
            raise NoCaseFile(f"form: expected `{FORM}`, found another")
        rulesets = tuple(_read_ruleset(each) for each in plain["rulesets"])
        compiled = Compiled(SHEET, rulesets, ())
        if plain["rules"] != compiled.digest:
            raise NoCaseFile("rules: the digest is not that of the rules in the file")
        facts = tuple(_read_fact(each) for each in plain["facts"])
        ours, theirs = (
            tuple(_read_violation(each) for each in plain[side]) for side in ("engine", "matcher")
        )
        return CaseFile(str(plain["case"]), compiled, facts, ours, theirs)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as problem:
        raise NoCaseFile(f"expected a case file, found a {type(problem).__name__}") from None


def plain_violation(violation: Violation) -> dict[str, object]:
    """A violation as records and files state it."""
    return {
        "control": violation.control,
        "persons": list(violation.persons),
        "acts": list(violation.acts),
    }


def _read_violation(plain: Any) -> Violation:
    return Violation(
        str(plain["control"]),
        tuple(str(each) for each in plain["persons"]),
        tuple(int(each) for each in plain["acts"]),
    )


def _ruleset(ruleset: Ruleset) -> dict[str, object]:
    rules = {
        name: {
            "control": rule.control,
            "patterns": len(rule.patterns),
            "persons": [list(each) for each in rule.persons],
            "acts": [list(each) for each in rule.acts],
        }
        for name, rule in ruleset.rules.items()
    }
    return {"text": ruleset.text, "rules": rules, "blockers": sorted(ruleset.blockers)}


def _read_ruleset(plain: Any) -> Ruleset:
    rules = {
        str(name): ControlRule(
            str(each["control"]),
            tuple(Pattern("") for _ in range(int(each["patterns"]))),
            None,
            tuple((int(number), str(field)) for number, field in each["persons"]),
            tuple((int(number), str(field)) for number, field in each["acts"]),
        )
        for name, each in plain["rules"].items()
    }
    blockers = frozenset(str(each) for each in plain["blockers"])
    return Ruleset(str(plain["text"]), MappingProxyType(rules), blockers)


def _read_fact(plain: Any) -> Fact:
    return {str(name): value for name, value in plain.items()}
