"""Reading `kind: tests`: the tables of what a test may state, and everything wrong with one.

Documents and people are kept as written; `rules.testing.documents` and `rules.testing.data` turn
them into values once the policy is compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from engine.money import Money
from engine.places import Place
from engine.routing.course import AFTERWARDS, ActKind
from rules.compiling.context import Context
from rules.compiling.files import KIND
from rules.compiling.forms import AMOUNT, TEXT, YES_NO, as_written, list_of, one_or_more, word_of
from rules.compiling.shapes import Fields, Form, Key, Shape, shaped
from rules.diagnostics import Diagnostics
from rules.reading import time_values, values
from rules.reading.nodes import Mapping as MappingNode
from rules.reading.nodes import Node, Scalar, Sequence, described
from rules.reading.reader import read
from rules.testing.written import (
    OUTCOMES,
    Expectation,
    ExpectedReport,
    Item,
    Moment,
    PolicyTest,
    PolicyTests,
    WrittenAct,
)


def read_tests(files: Mapping[str, bytes], diagnostics: Diagnostics) -> tuple[PolicyTests, ...]:
    """Every file of kind `tests`; a test with an error is left out and the error reported.

    Files that cannot be read at all are reported here if they are below `tests`, and otherwise
    where the set is compiled.
    """
    found: list[PolicyTests] = []
    for name in sorted(files):
        ignored = Diagnostics()
        root = read(name, files[name], ignored)
        if not isinstance(root, MappingNode):
            if name.startswith("tests/") and name.endswith((".yaml", ".yml")):
                diagnostics.extend(ignored)
            continue
        kind = root.get("kind")
        if isinstance(kind, Scalar) and kind.text == "tests":
            diagnostics.extend(ignored)
            found.append(_read_file(name, root, Context(diagnostics)))
    return tuple(found)


def _read_file(name: str, root: MappingNode, context: Context) -> PolicyTests:
    fields = FILE.open(root, context)
    if fields is None:
        return PolicyTests(name, (), ())
    on = fields.read(_ON, context)
    defaults, given = fields.read(_DEFAULTS, context), fields.read(_GIVEN, context)
    shared = _Shared(on, defaults, () if given is None else (given,))
    node = fields.node(_TESTS)
    items = values.items(node, context.diagnostics, "a list of tests") if node is not None else ()
    tests = [_read_test(item, shared, context) for item in items or ()]
    reports = fields.read(_LINT, context) or ()
    names: dict[str, Place] = {}
    for test in tests:
        if test is not None and names.setdefault(test.name, test.place) != test.place:
            message = f"two tests are named `{test.name}`, the other at {names[test.name]}"
            context.error("twice", test.place, message)
    return PolicyTests(name, tuple(test for test in tests if test is not None), reports)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What a file says for all its tests."""

    on: Moment | None
    defaults: MappingNode | None
    given: tuple[MappingNode, ...]


def _read_test(node: Node, shared: _Shared, context: Context) -> PolicyTest | None:
    before = len(context.diagnostics)
    fields = TEST.open(node, context)
    if fields is None:
        return None
    name = fields.read(_NAME, context)
    document = fields.read(_DOCUMENT, context)
    expect = fields.read(_EXPECT, context)
    given = fields.read(_GIVEN, context)
    test = PolicyTest(
        name or "",
        fields.place,
        document or MappingNode((), fields.place),
        expect or Expectation(fields.place, ""),
        shared.defaults,
        fields.read(_EARLIER, context) or (),
        fields.read(_FACTS, context),
        shared.given if given is None else (*shared.given, given),
        fields.read(_ACTS, context) or (),
        fields.read(_ON, context) or shared.on,
        fields.read(_UNREVIEWED, context) or {},
    )
    return test if len(context.diagnostics) == before else None


def _mapping(node: Node, context: Context) -> MappingNode | None:
    return values.mapping(node, context.diagnostics)


def _read_moment(node: Node, context: Context) -> Moment | None:
    value = values.scalar(node, context.diagnostics, "a moment or a day")
    if value is None:
        return None
    if "T" in value.text:
        moment = time_values.moment(node, context.diagnostics)
        return None if moment is None else Moment(value.text, moment, value.place)
    day = time_values.day(node, context.diagnostics)
    return None if day is None else Moment(value.text, None, value.place)


def _read_moments(node: Node, context: Context) -> Mapping[str, Moment] | None:
    mapping = _mapping(node, context)
    if mapping is None:
        return None
    found = {key.text: _read_moment(value, context) for key, value in mapping.entries}
    return {name: moment for name, moment in found.items() if moment is not None}


def _read_item(node: Node, context: Context) -> Item | None:
    if isinstance(node, MappingNode):
        return _read_several(node, context)
    text = values.text(node, context.diagnostics, "a person or a role")
    return None if text is None else Item(node.place, text)


def _read_several(node: MappingNode, context: Context) -> Item | None:
    fields = SEVERAL.open(node, context)
    if fields is None:
        return None
    key = fields.exactly_one((_ANY, _ALL, _AT_LEAST), context)
    if key is None:
        return None
    if key is not _AT_LEAST:
        parts = fields.read(key, context)
        return Item(node.place, "", 1 if key is _ANY else len(parts), parts) if parts else None
    need, parts = fields.read(_AT_LEAST, context), fields.read(_OF, context)
    if parts is None and fields.is_whole and not fields.has(_OF):
        context.error("missing-key", node.place, "`at_least` needs `of`")
    return None if need is None or not parts else Item(node.place, "", need, parts)


def _whole(node: Node, context: Context) -> int | None:
    return values.whole_number(node, context.diagnostics, minimum=1, maximum=1000)


def _read_act(fields: Fields, context: Context) -> WrittenAct | None:
    by = fields.read(_BY, context)
    kind = fields.read(_ACT, context) or str(ActKind.APPROVE)
    if by is None:
        return None
    return WrittenAct(
        by,
        fields.place,
        ActKind(kind),
        fields.read(_HOLDS, context) or (),
        fields.read(_FOR, context) or "",
        fields.read(_AT, context),
        fields.read(_BODY, context) or "",
    )


def _read_signs(node: Node, context: Context) -> Mapping[str, str] | None:
    mapping = _mapping(node, context)
    if mapping is None:
        return None
    found = {key.text: values.text(value, context.diagnostics) for key, value in mapping.entries}
    return {key: value for key, value in found.items() if value is not None}


def _read_steps(node: Node, context: Context) -> tuple[tuple[Item, ...], ...] | None:
    if not isinstance(node, Sequence):
        context.error("expected-list", node.place, f"expected steps, found {described(node)}")
        return None
    found = [_ITEMS.read(item, context) for item in node.items]
    return tuple(items for items in found if items is not None)


def _read_expect(fields: Fields, context: Context) -> Expectation | None:
    outcome = fields.read(_OUTCOME, context)
    if outcome is None and (fields.has(_OUTCOME) or not fields.written(_READY, _NOT_READY)):
        if not fields.has(_OUTCOME) and fields.is_whole:
            help = "one of " + ", ".join(f"`{word}`" for word in OUTCOMES)
            context.error("no-outcome", fields.place, "`expect` states no `outcome`", help)
        return None
    return Expectation(
        fields.place,
        outcome or "",
        {name: place for name, (place, _) in fields.found.items()},
        fields.read(_CODE, context),
        fields.read(_AMOUNT, context),
        fields.read(_EXACTLY, context) or False,
        fields.read(_APPROVE, context),
        fields.read(_STEPS, context),
        fields.read(_NOT_ASKED, context),
        fields.read(_NOTIFY, context),
        fields.read(_CONSULT, context),
        fields.read(_RATIFY, context),
        fields.read(_MISSING, context),
        fields.read(_ACT_REFUSED, context),
        fields.read(_FINDINGS, context),
        fields.read(_REVIEWS, context),
        fields.read(_AS, context),
        fields.read(_READY, context),
        fields.read(_NOT_READY, context),
    )


def _read_report(fields: Fields, context: Context) -> ExpectedReport | None:
    code = fields.read(_CODE, context)
    if code is None:
        return None
    return ExpectedReport(
        code, fields.place, fields.read(_FILE, context) or "", fields.read(_WITNESS, context)
    )


MOMENT: Final[Form[Moment]] = Form("moment or day", _read_moment)
ITEM: Final[Form[Item]] = Form("person or role", _read_item)
_ITEMS: Final = list_of(ITEM)
_NAMES: Final = one_or_more(TEXT)
_MAPPING: Final[Form[MappingNode]] = Form("mapping", _mapping)
_NODE: Final[Form[Node]] = Form("value", as_written)

_ANY: Final[Key[tuple[Item, ...]]] = Key("any", _ITEMS, "one of these")
_ALL: Final[Key[tuple[Item, ...]]] = Key("all", _ITEMS, "each of these")
_AT_LEAST: Final[Key[Any]] = Key("at_least", Form("whole number", _whole), "so many different ones")
_OF: Final[Key[tuple[Item, ...]]] = Key(
    "of", one_or_more(ITEM), "of these, or holders of this role"
)
SEVERAL: Final = Shape("several", (_ANY, _ALL, _AT_LEAST, _OF))

_BY: Final[Key[str]] = Key("by", TEXT, "who acts: a person or a login", required=True)
_HOLDS: Final[Key[tuple[str, ...]]] = Key("holds", _NAMES, "roles that he holds as well")
_FOR: Final[Key[str]] = Key("for", TEXT, "on whose behalf he acts")
_ACT: Final[Key[str]] = Key(
    "act",
    word_of(*(kind.value for kind in ActKind if kind not in AFTERWARDS)),
    "what he does; `approve` if unsaid",
)
_AT: Final[Key[Moment]] = Key("at", MOMENT, "when; the test's moment if unsaid")
_BODY: Final[Key[str]] = Key("body", TEXT, "the body he votes in")
ACT: Final = Shape("an act", (_BY, _HOLDS, _FOR, _ACT, _AT, _BODY))

_OUTCOME: Final[Key[str]] = Key("outcome", word_of(*OUTCOMES), "how the decision ends")
_CODE: Final[Key[str]] = Key("code", TEXT, "the code of a hold, refusal or report")
_AMOUNT: Final[Key[str]] = Key("amount", TEXT, "the amount that was compared")
_EXACTLY: Final[Key[bool]] = Key("exactly", YES_NO, "`approve` lists everyone who is asked")
_APPROVE: Final = Key("approve", _ITEMS, "who must approve, in any order")
_STEPS: Final[Key[tuple[tuple[Item, ...], ...]]] = Key(
    "steps", Form("list of steps", _read_steps), "who must approve, step by step"
)
_NOT_ASKED: Final = Key("not_asked", one_or_more(ITEM), "who is not asked for anything")
_NOTIFY: Final = Key("notify", one_or_more(ITEM), "who is told")
_CONSULT: Final = Key("consult", one_or_more(ITEM), "who is consulted")
_RATIFY: Final = Key("ratify", one_or_more(ITEM), "who ratifies afterwards")
_MISSING: Final = Key("missing", one_or_more(ITEM), "open places, requirements or facts")
_ACT_REFUSED: Final[Key[tuple[str, ...]]] = Key(
    "act_refused", _NAMES, "the code of a refused act, or who acted"
)
_FINDINGS: Final[Key[tuple[str, ...]]] = Key("findings", _NAMES, "codes or facts of findings")
_REVIEWS: Final[Key[tuple[str, ...]]] = Key(
    "reviews", one_or_more(TEXT, least=0), "codes of reviews that are opened; `[]` is none"
)
_AS: Final[Key[Mapping[str, str]]] = Key(
    "as", Form("words by role", _read_signs), "in what capacity a role acts: `{cfo: signs}`"
)
_READY: Final[Key[bool]] = Key("ready", YES_NO, "whether it may post")
_NOT_READY: Final[Key[tuple[str, ...]]] = Key(
    "not_ready", _NAMES, "the codes of everything that keeps it from posting"
)
EXPECT: Final = Shape(
    "`expect`",
    (
        _OUTCOME,
        _CODE,
        _AMOUNT,
        _EXACTLY,
        _APPROVE,
        _STEPS,
        _NOT_ASKED,
        _NOTIFY,
        _CONSULT,
        _RATIFY,
        _MISSING,
        _ACT_REFUSED,
        _FINDINGS,
        _REVIEWS,
        _AS,
        _READY,
        _NOT_READY,
    ),
)

_FILE: Final[Key[str]] = Key("file", TEXT, "the file of the report")
_WITNESS: Final[Key[Money]] = Key("at", AMOUNT, "the amount of its witness")
REPORT: Final = Shape("a report", (_CODE, _FILE, _WITNESS))

_ON: Final[Key[Moment]] = Key("on", MOMENT, "when the test happens")
_GIVEN: Final[Key[MappingNode]] = Key("given", _MAPPING, "people, suppliers, rates ... of the test")
_DEFAULTS: Final[Key[MappingNode]] = Key("defaults", _MAPPING, "what every document states")
_LINT: Final = Key("lint", list_of(shaped(REPORT, _read_report)), "reports that must appear")
_TESTS: Final[Key[Node]] = Key("tests", _NODE, "the tests", required=True)
FILE: Final = Shape("a file of tests", (KIND, _ON, _GIVEN, _DEFAULTS, _LINT, _TESTS))

_NAME: Final[Key[str]] = Key("name", TEXT, "a sentence that says what must be so", required=True)
_DOCUMENT: Final[Key[MappingNode]] = Key("document", _MAPPING, "the document", required=True)
_EARLIER: Final = Key("earlier", list_of(_MAPPING), "documents that are there already")
_FACTS: Final[Key[MappingNode]] = Key("facts", _MAPPING, "facts from outside, totals included")
_ACTS: Final = Key("acts", list_of(shaped(ACT, _read_act)), "what people do, in order")
_UNREVIEWED: Final[Key[Mapping[str, Moment]]] = Key(
    "unreviewed",
    Form("moments by mitigation", _read_moments),
    "when mitigations were used that nobody has reviewed",
)
_EXPECT: Final = Key("expect", shaped(EXPECT, _read_expect), "what must come out", required=True)
TEST: Final = Shape(
    "a test",
    (_NAME, _ON, _GIVEN, _DOCUMENT, _EARLIER, _UNREVIEWED, _FACTS, _ACTS, _EXPECT),
)
