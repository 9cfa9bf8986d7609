"""Nothing reaches the matcher in a shape in which it is known to be wrong, to hang or to crash.

C1 to C13 are the faults of version 2.0.28 as `adapters/README.md` lists them.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.second_opinion.compiling import compile_controls
from adapters.second_opinion.fence import (
    MOST_FACTS,
    MOST_RULES,
    OutsideFence,
    Ruleset,
    compile_rules,
    facts_written,
)
from adapters.second_opinion.network import names_collide, network_fault
from engine.opinion.controls import SHEET, ControlRules
from engine.opinion.rules import Check, ControlRule, Either, FieldType, Join, Pattern, Sign

N, F, T = FieldType.NUMBER, FieldType.FLAG, FieldType.TEXT
FIELDS = {
    "order": {"number": N, "buyer": T, "urgent": F, "day": N},
    "approval": {"person": T, "day": N, "act": N},
    "waiver": {"person": T},
}
ORDER = Pattern("order")
APPROVED_BY_BUYER = Pattern("approval", (Join("person", 0, "buyer"),))


def rule(*patterns: Pattern, unless: Pattern | None = None, control: str = "c") -> ControlRule:
    return ControlRule(control, patterns, unless)


def compiled(*rules: ControlRule) -> Ruleset:
    return compile_rules(rules, FIELDS)


def refusal(*rules: ControlRule) -> str:
    with pytest.raises(OutsideFence) as caught:
        compiled(*rules)
    return caught.value.code


def patterns(ruleset: Ruleset) -> list[list[tuple[str, Any]]]:
    """Of each rule, its patterns by alias: `m0`, `m1` ..."""
    rules = json.loads(ruleset.text)
    rules.pop("_boot")
    return [[pair for each in rule["all"] for pair in each.items()] for rule in rules.values()]


def test_every_join_ends_with_one_that_is_always_true() -> None:
    """C3: where the last join is false, the matcher reads on behind its end."""
    joins = (Join("person", 0, "buyer"), Join("day", 0, "day", Sign.ABOVE, 3))
    found = patterns(compiled(rule(ORDER, Pattern("approval", joins), unless=Pattern("waiver"))))
    assert [pattern["$and"][-1] for _, pattern in found[0][1:]] == [{"_k": {"m0": "_k"}}] * 2


def test_a_rule_is_made_that_runs_once_before_any_session_is_deleted() -> None:
    """C1: a session in which nothing ever ran cannot be deleted."""
    assert "_boot" in json.loads(compiled(rule(ORDER)).text)


def test_a_fact_is_never_compared_with_itself() -> None:
    """C5: `$m` matches where the other field is missing."""
    assert refusal(rule(ORDER, Pattern("approval", (Join("day", 1, "day"),)))) == "same_fact"


def test_alternatives_become_rules_of_one_control() -> None:
    """C6, C9: joins in a group are not evaluated, and `$or` fires once for each branch."""
    either = Either(
        ((Check("day", 1), Join("person", 0, "buyer")), (Check("day", 2),), (Check("day", 3),))
    )
    ruleset = compiled(rule(ORDER, Pattern("approval", (either,)), control="late"))
    assert [each.control for each in ruleset.rules.values()] == ["late"] * 3
    assert "$or" not in ruleset.text
    assert all(
        "$and" not in str(part) for rule in patterns(ruleset) for _, p in rule for part in p["$and"]
    )


def test_alternatives_inside_alternatives_are_refused() -> None:
    inner = Either(((Check("day", 1),),))
    nested = Either(((inner,),))  # type: ignore[arg-type]
    assert refusal(rule(ORDER, Pattern("approval", (nested,)))) == "nested"


def test_alternatives_in_a_negation_are_refused() -> None:
    """Written out they would say something else: either of two, instead of neither."""
    either = Either(((Check("person", "mia"),), (Check("person", "dora"),)))
    assert refusal(rule(ORDER, unless=Pattern("waiver", (either,)))) == "either_in_negation"


def test_a_negation_stands_last_and_its_facts_are_asserted_first() -> None:
    """C7: what blocks a match and comes later does not cancel it."""
    ruleset = compiled(rule(ORDER, unless=Pattern("waiver", (Join("person", 0, "buyer"),))))
    assert [alias for alias, _ in patterns(ruleset)[0]] == ["m0", "m1$not"]
    facts = [
        {"type": "order", "number": 1, "buyer": "omar", "urgent": False, "day": 1},
        {"type": "waiver", "person": "omar"},
    ]
    texts = facts_written(facts, FIELDS, ruleset.blockers)
    assert [json.loads(text)["type"] for text in texts] == ["waiver", "order"]
    assert [json.loads(text)["id"] for text in texts] == ["f1", "f0"]


def test_a_rule_that_only_says_what_must_not_be_there_is_refused() -> None:
    """C7: a negation that stands first never fires."""
    assert refusal(rule(unless=Pattern("waiver"))) == "no_pattern"


def test_a_negation_of_what_the_rule_looks_for_is_refused() -> None:
    assert refusal(rule(ORDER, unless=ORDER)) == "blocks_itself"


@pytest.mark.parametrize(
    ("test", "code"),
    [
        (Check("number", True), "wrong_type"),
        (Check("number", "1"), "wrong_type"),
        (Check("number", 1.0), "wrong_type"),  # type: ignore[arg-type]
        (Check("number", None), "wrong_type"),  # type: ignore[arg-type]
        (Check("number", [1]), "wrong_type"),  # type: ignore[arg-type]
        (Check("urgent", 1), "wrong_type"),
        (Check("urgent", "true"), "wrong_type"),
        (Check("buyer", 7), "wrong_type"),
        (Check("number", 2**63), "beyond_int64"),
        (Check("number", -(2**63)), "beyond_int64"),
        (Check("buyer", "é" * 500), "text_too_long"),
        (Check("buyer", "\ud800"), "not_utf8"),
        (Check("buyer", "a", Sign.BELOW), "no_order"),
        (Check("urgent", True, Sign.FROM), "no_order"),
        (Check("number", 1, "$div"), "unknown_sign"),  # type: ignore[arg-type]
        (Check("buyer", "a.*", "$mt"), "unknown_sign"),  # type: ignore[arg-type]
        (Check("colour", "red"), "unknown_field"),
        (Check("id", "f0"), "unknown_field"),
        ("buyer == 'omar'", "unknown_shape"),
        (Either(()), "unknown_shape"),
    ],
)
def test_a_test_is_of_exactly_the_type_of_its_field(test: Any, code: str) -> None:
    """C4; and mixed types, numbers beyond 64 bits, long texts and their order compare wrongly."""
    assert refusal(rule(Pattern("order", (test,)))) == code


@pytest.mark.parametrize(
    ("join", "code"),
    [
        (Join("person", 2, "buyer"), "later_pattern"),
        (Join("person", -1, "buyer"), "later_pattern"),
        (Join("person", 0, "number"), "types_differ"),
        (Join("person", 0, "colour"), "unknown_field"),
        (Join("person", 0, "buyer", Sign.ABOVE), "no_order"),
        (Join("person", 0, "buyer", plus=1), "bad_offset"),
        (Join("day", 0, "day", plus=2**62), "bad_offset"),
        (Join("day", 0, "day", plus=0.5), "bad_offset"),  # type: ignore[arg-type]
        (Join("day", 0, "day", plus=True), "bad_offset"),
    ],
)
def test_a_join_looks_back_at_a_field_of_its_own_type(join: Join, code: str) -> None:
    assert refusal(rule(ORDER, Pattern("approval", (join,)))) == code


def test_facts_of_an_unknown_type_are_not_looked_for() -> None:
    assert refusal(rule(Pattern("invoice"))) == "unknown_type"


def test_too_many_patterns_and_joins_of_one_rule_are_refused() -> None:
    assert refusal(rule(*[ORDER] * 9)) == "too_many_patterns"
    assert refusal(rule(*[ORDER] * 8, unless=Pattern("waiver"))) == "too_many_patterns"
    many = Pattern("approval", (Join("day", 0, "day"),) * 20)
    assert refusal(rule(ORDER, many)) == "too_many_joins"


def test_more_rules_than_a_ruleset_holds_are_refused() -> None:
    by_number = [rule(Pattern("order", (Check("number", n),))) for n in range(MOST_RULES + 1)]
    assert refusal(*by_number) == "too_many_rules"
    either = Either(tuple((Check("number", n),) for n in range(65)))
    assert refusal(rule(Pattern("order", (either,)))) == "too_many_rules"


def test_more_joins_than_can_match_one_fact_at_once_are_refused() -> None:
    """The matcher keeps them on a stack of 64, and fails when a case is asked about."""
    assert refusal(*[rule(ORDER, APPROVED_BY_BUYER)] * 61) == "too_wide"
    assert compiled(*[rule(ORDER, APPROVED_BY_BUYER)] * 40).rules


def test_many_tests_of_one_fact_are_refused() -> None:
    """It hangs on 512 under one node, and overruns memory at 256 equal patterns."""
    many = [{"all": [{"m0": {"$and": [{"type": "order"}, {"number": n}]}}]} for n in range(251)]
    assert network_fault(many) == (
        "too_many_tests",
        "expected 250 tests of one fact, found 251",
    )
    equal = [{"all": [{"m0": {"$and": [{"type": "order"}]}}]}] * 201
    assert network_fault(equal) == (
        "too_many_equal_patterns",
        "expected 200 equal patterns, found 201",
    )


@pytest.mark.parametrize("name", ["id", "sid", "type"])
def test_names_that_the_matcher_keeps_for_itself_are_refused(name: str) -> None:
    with pytest.raises(OutsideFence) as caught:
        compile_rules([rule(Pattern("thing"))], {"thing": {name: T}})
    assert caught.value.code == "reserved_name"


@pytest.mark.parametrize("name", ["_k", "$s", "a.b", "Buyer", "m0", "größe", "a b"])
def test_names_that_could_mean_something_to_the_matcher_are_refused(name: str) -> None:
    """Among them a dot, by which it flattens what is nested."""
    with pytest.raises(OutsideFence) as caught:
        compile_rules([rule(Pattern("thing"))], {"thing": {name: T}})
    assert caught.value.code == "bad_name"


def test_two_names_of_one_hash_are_refused() -> None:
    """C12: names are compared by 32 bits of a hash. These two words share it."""
    assert names_collide({"costarring", "liquid"})
    with pytest.raises(OutsideFence) as caught:
        compile_rules([rule(Pattern("thing"))], {"thing": {"costarring": T, "liquid": T}})
    assert caught.value.code == "names_collide"


ORDER_FACT = {"type": "order", "number": 1, "buyer": "omar", "urgent": False, "day": 1}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"number": None}, "wrong_type"),
        ({"number": 1.5}, "wrong_type"),
        ({"number": float("inf")}, "wrong_type"),
        ({"number": float("nan")}, "wrong_type"),
        ({"number": True}, "wrong_type"),
        ({"number": "1"}, "wrong_type"),
        ({"number": 2**63}, "beyond_int64"),
        ({"buyer": "x" * 1000}, "text_too_long"),
        ({"buyer": "x" * 65_536}, "text_too_long"),
        ({"buyer": "\udfff"}, "not_utf8"),
        ({"urgent": 1}, "wrong_type"),
        ({"buyer": {"name": "omar"}}, "wrong_type"),
        ({"id": "f7"}, "fields_differ"),
        ({"colour": "red"}, "fields_differ"),
        ({"type": "invoice"}, "unknown_type"),
        ({"type": ["order"]}, "unknown_type"),
    ],
)
def test_a_fact_has_every_field_and_each_of_exactly_its_type(
    change: dict[str, Any], code: str
) -> None:
    """C8: one bad fact of several is dropped with what follows, and nobody is told."""
    with pytest.raises(OutsideFence) as caught:
        facts_written([ORDER_FACT | change], FIELDS, ())
    assert caught.value.code == code


def test_a_fact_that_lacks_a_field_or_is_empty_is_refused() -> None:
    """C4, C5: an empty one crashes the matcher, a missing field compares with what memory holds."""
    lacking = {name: value for name, value in ORDER_FACT.items() if name != "day"}
    for fact, code in ((lacking, "fields_differ"), ({}, "unknown_type")):
        with pytest.raises(OutsideFence) as caught:
            facts_written([fact], FIELDS, ())
        assert caught.value.code == code


def test_facts_are_known_by_a_number_of_ours_and_not_by_one_of_theirs() -> None:
    """C12: ids of facts are compared by a hash, too."""
    texts = facts_written([ORDER_FACT] * 3, FIELDS, ())
    assert [json.loads(text)["id"] for text in texts] == ["f0", "f1", "f2"]
    with pytest.raises(OutsideFence) as caught:
        facts_written([ORDER_FACT] * (MOST_FACTS + 1), FIELDS, ())
    assert caught.value.code == "too_many_facts"


def test_a_set_that_is_too_wide_for_one_ruleset_is_split_and_nothing_is_left_out() -> None:
    rules = tuple(
        ControlRule(
            f"control {n}",
            (Pattern("approval"), Pattern("part", (Join("person", 0, "person"),))),
        )
        for n in range(150)
    )
    made = compile_controls(
        ControlRules(rules, (), frozenset(), frozenset(), frozenset(), frozenset()), SHEET
    )
    named = [each.control for one in made.rulesets for each in one.rules.values()]
    assert len(made.rulesets) > 1
    assert sorted(named) == sorted(each.control for each in rules)
    assert made.uncovered == ()


def test_a_control_that_does_not_fit_is_left_out_whole_and_by_name() -> None:
    good = ControlRule("four eyes", (Pattern("approval"),))
    half = ControlRule("too deep", (Pattern("approval"),))
    bad = ControlRule("too deep", (Pattern("approval"),) * 9)
    made = compile_controls(
        ControlRules((half, good, bad), (), frozenset(), frozenset(), frozenset(), frozenset()),
        SHEET,
    )
    assert [(each.control, each.code) for each in made.uncovered] == [
        ("too deep", "too_many_patterns")
    ]
    assert {each.control for one in made.rulesets for each in one.rules.values()} == {"four eyes"}
