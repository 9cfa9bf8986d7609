"""What may reach `durable_rules`: rules and facts of the shapes in which it was never seen wrong.

Version 2.0.28 answers wrongly, hangs or crashes outside of them, mostly without a word. So every
other shape is refused here, with a code, before anything is sent to it. The numbers C1 to C13 are
those of the faults that `adapters/README.md` lists.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from adapters.second_opinion.network import names_collide, network_fault
from engine.opinion.rules import (
    Check,
    Constant,
    ControlRule,
    Either,
    Fact,
    FieldType,
    Join,
    Pattern,
    Sheet,
    Sign,
)

MOST_PATTERNS: Final = 8
MOST_JOINS: Final = 20
MOST_RULES: Final = 200  # of one ruleset
MOST_VARIANTS: Final = 64  # of one rule, after its alternatives are written out
MOST_FACTS: Final = 500
MOST_BYTES: Final = 999
INT64: Final = 2**63 - 1
FAR: Final = 10**9  # the most that a join may add

TYPE: Final = "type"
ALWAYS_ONE: Final = "_k"  # the field by which every join ends
RESERVED: Final = frozenset({TYPE, ALWAYS_ONE, "id", "sid", "$s"})
SESSION: Final = "d"
BOOT: Final = "_boot"

_SIGNS: Final[Mapping[Sign, str]] = MappingProxyType(
    {
        Sign.DIFFERENT: "$neq",
        Sign.BELOW: "$lt",
        Sign.UP_TO: "$lte",
        Sign.ABOVE: "$gt",
        Sign.FROM: "$gte",
    }
)
_PYTHON: Final[Mapping[FieldType, type]] = MappingProxyType(
    {FieldType.NUMBER: int, FieldType.FLAG: bool, FieldType.TEXT: str}
)

Plain = dict[str, object]


class OutsideFence(Exception):
    """A rule or fact that must not reach the matcher. The reason names shapes, never content."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Rules as the matcher reads them. `rules` says which rule each of its names stands for.

    `blockers` are the types of facts that a negation looks for: they are asserted first.
    """

    text: str
    rules: Mapping[str, ControlRule]
    blockers: frozenset[str]

    @property
    def digest(self) -> str:
        """Names the content."""
        return "sha256:" + hashlib.sha256(self.text.encode()).hexdigest()


def compile_rules(rules: Sequence[ControlRule], sheet: Sheet) -> Ruleset:
    """The rules as one ruleset. Raises `OutsideFence` for what is not known to be safe."""
    _check_names(sheet)
    named: dict[str, ControlRule] = {}
    plain: dict[str, Plain] = {}
    for rule in rules:
        check_rule(rule, sheet)
        for variant in _variants(rule):
            name = f"r{len(named)}"
            named[name] = rule
            plain[name] = {"all": [*_written(variant)]}
    if len(named) > MOST_RULES:
        raise OutsideFence("too_many_rules", f"expected {MOST_RULES} rules, found {len(named)}")
    # One action that ran gives the session a context: without, deleting it frees garbage (C1).
    plain[BOOT] = {"all": [{"m0": {"$and": [{TYPE: BOOT}, {ALWAYS_ONE: 1}]}}]}
    fault = network_fault(plain.values())
    if fault is not None:
        raise OutsideFence(*fault)
    blockers = frozenset(rule.unless.type for rule in rules if rule.unless is not None)
    return Ruleset(json.dumps(plain, ensure_ascii=False), MappingProxyType(named), blockers)


def check_rule(rule: ControlRule, sheet: Sheet) -> None:
    """Raises `OutsideFence` where one rule by itself is outside."""
    if not rule.patterns:  # also a negation that would stand first, and never fire (C7)
        raise OutsideFence("no_pattern", "a rule begins with a fact that is there")
    count = len(rule.patterns) + (rule.unless is not None)
    if count > MOST_PATTERNS:
        raise OutsideFence("too_many_patterns", f"expected {MOST_PATTERNS}, found {count}")
    for number, pattern in enumerate(rule.patterns):
        _check_pattern(pattern, number, rule, sheet)
    if rule.unless is not None:
        _check_negation(rule.unless, rule, sheet)
    for number, name in (*rule.persons, *rule.acts):
        if not 0 <= number < len(rule.patterns):
            raise OutsideFence("later_pattern", f"there is no pattern {number}")
        _field(rule.patterns[number].type, name, sheet)


def _check_negation(unless: Pattern, rule: ControlRule, sheet: Sheet) -> None:
    if any(isinstance(test, Either) for test in unless.tests):
        raise OutsideFence("either_in_negation", "written out, it would be two negations")
    if any(pattern.type == unless.type for pattern in rule.patterns):
        raise OutsideFence("blocks_itself", f"`{unless.type}` is looked for and excluded")
    _check_pattern(unless, len(rule.patterns), rule, sheet)


def _check_pattern(pattern: Pattern, number: int, rule: ControlRule, sheet: Sheet) -> None:
    if pattern.type not in sheet:
        raise OutsideFence("unknown_type", f"no fact is a `{pattern.type}`")
    for test in pattern.tests:
        for part in _parts(test):
            if isinstance(part, Check):
                _check_test(part, pattern.type, sheet)
            else:
                _check_join(part, pattern.type, number, rule, sheet)
    count = max(_join_counts(pattern)) + 1
    if count > MOST_JOINS:
        raise OutsideFence("too_many_joins", f"expected {MOST_JOINS}, found {count}")


def _parts(test: object) -> Iterator[Check | Join]:
    """The tests themselves; alternatives (`$or`) only one level deep, where they are written out.

    Joins inside a group, and what follows them, are not evaluated by the matcher (C6), and `$or`
    fires once for each branch (C9).
    """
    match test:
        case Check() | Join():
            yield test
        case Either(options) if options:
            for option in options:
                if not all(isinstance(part, Check | Join) for part in option):
                    raise OutsideFence("nested", "alternatives are lists of tests and joins")
                yield from option
        case _:
            raise OutsideFence("unknown_shape", f"a `{type(test).__name__}` is no test")


def _join_counts(pattern: Pattern) -> Iterator[int]:
    for tests in _options(pattern):
        yield sum(isinstance(test, Join) for test in tests)


def _check_test(test: Check, of: str, sheet: Sheet) -> None:
    kind = _field(of, test.field, sheet)
    check_value(test.value, kind, f"{of}.{test.field}")
    _check_sign(test.sign, kind, f"{of}.{test.field}")


def _check_join(join: Join, of: str, number: int, rule: ControlRule, sheet: Sheet) -> None:
    kind = _field(of, join.field, sheet)
    place = f"{of}.{join.field}"
    if join.pattern == number:  # `$m`: matches where the other field is missing (C5)
        raise OutsideFence("same_fact", f"`{place}` is compared with its own fact")
    if not 0 <= join.pattern < min(number, len(rule.patterns)):
        raise OutsideFence("later_pattern", f"`{place}` is joined to no earlier pattern")
    if _field(rule.patterns[join.pattern].type, join.other, sheet) is not kind:
        raise OutsideFence("types_differ", f"`{place}` and `{join.other}` are of different types")
    _check_sign(join.sign, kind, place)
    if type(join.plus) is not int or abs(join.plus) > FAR:
        raise OutsideFence("bad_offset", f"`{place}`: expected a whole number up to {FAR}")
    if join.plus and kind is not FieldType.NUMBER:
        raise OutsideFence("bad_offset", f"`{place}` is no number")


def _field(of: str, name: str, sheet: Sheet) -> FieldType:
    if name not in sheet[of]:
        raise OutsideFence("unknown_field", f"a `{of}` has no `{name}`")
    return sheet[of][name]


def _check_sign(sign: Sign, kind: FieldType, place: str) -> None:
    if not isinstance(sign, Sign):  # neither a pattern of text nor arithmetic
        raise OutsideFence("unknown_sign", f"`{place}` is compared by none of the known signs")
    if kind is not FieldType.NUMBER and sign not in (Sign.EQUAL, Sign.DIFFERENT):
        raise OutsideFence("no_order", f"`{place}` is no number, so it has no order")


def check_value(value: object, kind: FieldType, place: str) -> None:
    """A constant of exactly its type: mixed ones are coerced, floats and null compare wrongly."""
    if type(value) is not _PYTHON[kind]:
        found = type(value).__name__
        raise OutsideFence("wrong_type", f"`{place}`: expected a {kind}, found {found}")
    if type(value) is int and not -INT64 <= value <= INT64:
        raise OutsideFence("beyond_int64", f"`{place}` is beyond 64 bits, where numbers saturate")
    if type(value) is str:
        _check_text(value, place)


def _check_text(value: str, place: str) -> None:
    try:
        size = len(value.encode("utf-8", "strict"))
    except UnicodeEncodeError:
        raise OutsideFence("not_utf8", f"`{place}` holds half a character") from None
    if size > MOST_BYTES:
        raise OutsideFence("text_too_long", f"`{place}`: expected {MOST_BYTES} bytes, found {size}")


def _check_names(sheet: Sheet) -> None:
    names = {name for fields in sheet.values() for name in fields}
    for name in sorted(names | set(sheet)):
        if not (name.isascii() and name.replace("_", "").isalpha() and name[0].islower()):
            raise OutsideFence("bad_name", "a name is lower-case letters and underscores")
    if names & RESERVED:
        raise OutsideFence("reserved_name", "a field has a name that the matcher keeps for itself")
    # Names, and ids of facts, are compared by a hash of 32 bits only (C12).
    if names_collide(names | RESERVED | {f"f{number}" for number in range(MOST_FACTS)}):
        raise OutsideFence("names_collide", "two names are one to the matcher")


def _options(pattern: Pattern) -> Iterator[tuple[Check | Join, ...]]:
    """The pattern once for each choice among its alternatives."""
    choices = [test.options if isinstance(test, Either) else ((test,),) for test in pattern.tests]
    for chosen in itertools.product(*choices):
        yield tuple(itertools.chain.from_iterable(chosen))


def _variants(rule: ControlRule) -> list[ControlRule]:
    """The rule without alternatives, as several rules."""
    found = [
        ControlRule(
            rule.control,
            tuple(
                Pattern(pattern.type, tests)
                for pattern, tests in zip(rule.patterns, chosen, strict=True)
            ),
            rule.unless,
        )
        for chosen in itertools.islice(
            itertools.product(*(_options(pattern) for pattern in rule.patterns)), MOST_VARIANTS + 1
        )
    ]
    if len(found) > MOST_VARIANTS:
        raise OutsideFence("too_many_rules", f"expected {MOST_VARIANTS} variants of a rule at most")
    return found


def _written(rule: ControlRule) -> Iterator[Plain]:
    for number, pattern in enumerate(rule.patterns):
        yield {f"m{number}": {"$and": _conditions(pattern, number)}}
    if rule.unless is not None:
        number = len(rule.patterns)
        yield {f"m{number}$not": {"$and": _conditions(rule.unless, number)}}


def _conditions(pattern: Pattern, number: int) -> list[Plain]:
    """Constants first, then joins; the last join is one that is always true (C3)."""
    constants = [_constant(test) for test in pattern.tests if isinstance(test, Check)]
    joins = [_join(test) for test in pattern.tests if isinstance(test, Join)]
    if number:
        joins.append({ALWAYS_ONE: {"m0": ALWAYS_ONE}})
    return [{TYPE: pattern.type}, *constants, *joins]


def _constant(test: Check) -> Plain:
    compared: Plain = {test.field: test.value}
    return compared if test.sign is Sign.EQUAL else {_SIGNS[test.sign]: compared}


def _join(join: Join) -> Plain:
    other: Plain = {f"m{join.pattern}": join.other}
    right: Plain = {"$add": {"$l": other, "$r": join.plus}} if join.plus else other
    compared: Plain = {join.field: right}
    return compared if join.sign is Sign.EQUAL else {_SIGNS[join.sign]: compared}


def facts_written(facts: Sequence[Fact], sheet: Sheet, blockers: Iterable[str]) -> list[str]:
    """The facts as the matcher reads them, blockers first; `f3` is the fourth of those given.

    Raises `OutsideFence` where a field is missing, unknown or not exactly of its type.
    """
    if len(facts) > MOST_FACTS:
        raise OutsideFence("too_many_facts", f"expected {MOST_FACTS} facts, found {len(facts)}")
    first = frozenset(blockers)
    texts = [_fact(fact, number, sheet) for number, fact in enumerate(facts)]
    order = sorted(range(len(facts)), key=lambda number: facts[number][TYPE] not in first)
    return [texts[number] for number in order]


def _fact(fact: Fact, number: int, sheet: Sheet) -> str:
    kind = fact.get(TYPE)
    if type(kind) is not str or kind not in sheet:
        raise OutsideFence("unknown_type", "a fact is of no known type")
    fields = sheet[kind]
    if fact.keys() - {TYPE} != fields.keys():
        raise OutsideFence("fields_differ", f"a `{kind}` has other fields than its sheet")
    for name, of in fields.items():
        check_value(fact[name], of, f"{kind}.{name}")
    whole: dict[str, Constant] = {**fact, ALWAYS_ONE: 1, "id": f"f{number}", "sid": SESSION}
    return json.dumps(whole, ensure_ascii=False)
