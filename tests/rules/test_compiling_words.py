"""Approver words: what each of them becomes, and what is refused."""

# ruff: noqa: E501 (tables of rules as they are written)

from dataclasses import fields, replace

import pytest

from engine.places import NOWHERE, Place
from engine.policy import Approve
from engine.routing.words import (
    BodyWord,
    Consult,
    Distinct,
    First,
    LevelWord,
    Notify,
    OwnerWord,
    Ratify,
    RequesterWord,
    RoleChain,
    RoleWord,
    Signed,
    SupervisorChain,
    Together,
    Word,
)
from rules.compiling.silence import others_needed, parts_of
from tests.rules.compiled import (
    HEAD,
    complaints,
    matrix,
    report,
    row,
    row_errors,
    with_base,
    word,
)

CFO, CEO, COO, OFFICER = (RoleWord(name) for name in ("cfo", "ceo", "coo", "officer"))


def bare(found: object) -> object:
    """A word without places, so that words can be compared."""
    if isinstance(found, tuple) and not isinstance(found, Place):
        return tuple(bare(part) for part in found)
    if isinstance(found, Word):
        return replace(found, **{f.name: bare(getattr(found, f.name)) for f in fields(found)})
    return NOWHERE if isinstance(found, Place) else found


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("cfo", CFO),
        ("board", BodyWord("board")),
        ("city_council", BodyWord("city_council")),
        ("cost_center_owner", OwnerWord("cost_center_owner")),
        ("project_manager", OwnerWord("project_manager")),
        ("budget_holder", OwnerWord("budget_holder")),
        ("requester.manager", OwnerWord("requester.manager")),
        ("{all: [cfo, ceo]}", Together(2, (CFO, CEO))),
        ("{any: [cfo, ceo]}", Together(1, (CFO, CEO))),
        (
            "{all: [cfo, {any: [ceo, {level: vp}]}, requester]}",
            Together(3, (CFO, Together(1, (CEO, LevelWord("vp"))), RequesterWord())),
        ),
        (
            "{at_least: 3, of: [ceo, coo, cfo, officer, officer]}",
            Together(3, (CEO, COO, CFO, OFFICER, OFFICER)),
        ),
        ("{at_least: 3, of: officer}", Distinct(3, OFFICER)),
        ("{at_least: 2, of: {level: vp}}", Distinct(2, LevelWord("vp"))),
        (
            "{at_least: 3, of: officer, among_them: {2: [ceo, coo, cfo]}}",
            Distinct(3, OFFICER, ((2, ("ceo", "coo", "cfo")),)),
        ),
        ("{level: procurist}", None),
        ("{level: director}", LevelWord("director")),
        (
            "{first: [local_committee, hq_committee]}",
            First((RoleWord("local_committee"), RoleWord("hq_committee"))),
        ),
        ("{chain: supervisors, until: authority_covers}", SupervisorChain(until_authority=True)),
        (
            "{chain: supervisors, of: cost_center_owner, until: {covers: split_sum}, asks: all}",
            SupervisorChain(
                of=OwnerWord("cost_center_owner"),
                until_authority=True,
                covers="split_sum",
                asks_all=True,
            ),
        ),
        ("{chain: supervisors, steps: 2, asks: last}", SupervisorChain(steps=2)),
        (
            "{chain: supervisors, to: vp, counts: chain_only}",
            SupervisorChain(to="vp", chain_only=True),
        ),
        (
            "{chain: [buyer, treasurer], until: authority_covers}",
            RoleChain(("buyer", "treasurer")),
        ),
        (
            "{chain: [buyer], until: {covers: case_total}, asks: all, counts: chain_only}",
            RoleChain(("buyer",), "case_total", asks_all=True, chain_only=True),
        ),
        ("{who: cfo, as: signs}", Signed(CFO, "signs")),
        ("{who: {any: [cfo, ceo]}}", Together(1, (CFO, CEO))),
    ],
)
def test_a_word_becomes(written: str, meant: Word | None) -> None:
    if meant is not None:
        assert bare(word(written)) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("{consult: ceo}", Consult(CEO)),
        ("{consult: {all: [ceo, cfo]}}", Consult(Together(2, (CEO, CFO)))),
        ("{notify: requester}", Notify(RequesterWord())),
        ("{notify: {level: vp}}", Notify(LevelWord("vp"))),
        ("{notify: {who: board}}", Notify(BodyWord("board"))),
        ("{notify: {who: ceo, as: hears}}", Notify(Signed(CEO, "hears"))),
        (
            "{notify: {who: board, may_object_in: 10 business days}}",
            Notify(BodyWord("board"), "10 business days"),
        ),
        ("{ratify: {by: board, within: 1 month}}", Ratify(BodyWord("board"), "1 month")),
        ("{ratify: {by: board}}", Ratify(BodyWord("board"))),
    ],
)
def test_a_word_beside_an_approval_becomes(written: str, meant: Word) -> None:
    answer = row(f"{{approve: [cfo, {written}]}}").answer
    assert isinstance(answer, Approve)
    assert [bare(step) for step in answer.steps] == [CFO, meant]


def test_a_list_is_steps_in_order() -> None:
    answer = row("{approve: [cost_center_owner, cfo, board]}").answer
    assert isinstance(answer, Approve)
    assert [bare(step) for step in answer.steps] == [
        OwnerWord("cost_center_owner"),
        CFO,
        BodyWord("board"),
    ]


def test_every_word_knows_its_place() -> None:
    text = "{approve: {all: [cfo, {at_least: 2, of: officer}, {first: [ceo, coo]}]}}"
    found = [(part.place.line, part.place.column) for part in parts_of(word(text[10:-1]))]
    assert found == [(7, 15), (7, 22), (7, 27), (7, 45), (7, 55), (7, 64), (7, 69)]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("cfoo", "unknown-role"),
        ("manager", "unknown-role"),
        ("supervisors", "unknown-role"),
        ("", "empty-value"),
        ("[]", "empty-list"),
        ("[[cfo]]", "expected-text"),
        ("{}", "unknown-key"),
        ("{alle: [cfo]}", "unknown-key"),
        ("{all: cfo}", "expected-list"),
        ("{all: []}", "empty-list"),
        ("{any: [cfo], all: [ceo]}", "unknown-key"),
        ("{all: [cfo, cfo]}", "too-few-places"),
        ("{at_least: 4, of: [cfo, ceo, coo]}", "too-few-places"),
        ("{at_least: 0, of: [cfo, ceo]}", "out-of-range"),
        ("{at_least: 2}", "missing-key"),
        ("{at_least: 2, of: cfo}", "too-few-places"),
        ("{at_least: 2, of: board}", "not-holders"),
        ("{at_least: 2, of: cost_center_owner}", "not-holders"),
        ("{at_least: 2, of: officer, among_them: {3: [ceo]}}", "too-few-places"),
        ("{at_least: 2, of: officer, among_them: [ceo]}", "expected-mapping"),
        ("{at_least: 2, of: officer, among_them: {x: [ceo]}}", "not-a-whole-number"),
        ("{at_least: 2, of: [ceo, cfo], among_them: {1: [ceo]}}", "unknown-key"),
        ("{level: cfo}", "unknown-level"),
        ("{level: vice}", "unknown-level"),
        ("{chain: supervisor, steps: 1}", "not-one-of"),
        ("{chain: supervisors}", "endless-chain"),
        ("{chain: supervisors, until: authority}", "not-one-of"),
        ("{chain: supervisors, until: {covers: term}}", "not-money"),
        ("{chain: supervisors, until: {covers: nothing}}", "unknown-fact"),
        ("{chain: supervisors, steps: 2, to: vp}", "more-than-one"),
        ("{chain: supervisors, steps: 2, asks: some}", "not-one-of"),
        ("{chain: supervisors, steps: 2, of: requester}", "requester-alone"),
        ("{chain: supervisors, steps: 2, of: {notify: ceo}}", "silence"),
        ("{chain: [buyer, treasurer]}", "endless-chain"),
        ("{chain: [buyer], steps: 2}", "unknown-key"),
        ("{chain: [buyer, manager], until: authority_covers}", "unknown-role"),
        ("{chain: [], until: authority_covers}", "empty-list"),
        ("{who: cfo, as: Signs It}", "not-a-name"),
        ("{as: signs}", "unknown-key"),
        ("{any: [cfo, {notify: ceo}]}", "silence"),
        ("{all: [cfo, {ratify: {by: board}}]}", "silence"),
        ("{first: [{consult: cfo}, ceo]}", "silence"),
        ("{who: {consult: cfo}, as: signs}", "silence"),
        ("{consult: {notify: cfo}}", "silence"),
        ("{consult: cfo}", "silence"),
        ("[{consult: cfo}, {notify: ceo}, {ratify: {by: board}}]", "silence"),
        ("{notify: {who: ceo, may_object_in: soon}}", "not-a-duration"),
        ("{notify: {who: ceo, may_object_in: ever}}", "not-a-duration"),
        ("[cfo, {notify: {who: ceo, within: 3 days}}]", "unknown-key"),
        ("{ratify: board}", "expected-mapping"),
        ("[cfo, {ratify: {within: 3 days}}]", "missing-key"),
        ("[cfo, {ratify: {by: requester}}]", "requester-alone"),
        ("requester", "requester-alone"),
        ("[requester, {notify: ceo}]", "requester-alone"),
        ("{any: [requester, cfo]}", "requester-alone"),
        ("{first: [requester, cfo]}", "requester-alone"),
        ("{at_least: 1, of: [requester, cfo]}", "requester-alone"),
        ("{who: requester, as: signs}", "requester-alone"),
        ("not_needed", "unnamed-not-needed"),
        ("[cfo, not_needed]", "not-needed"),
        ("{any: [cfo, not_needed]}", "not-needed"),
    ],
)
def test_a_wrong_word_is_reported_once(written: str, code: str) -> None:
    assert row_errors(f"{{approve: {written}}}") == [code]


def test_the_requester_may_be_asked_beside_somebody() -> None:
    for written in (
        "[requester, cfo]",
        "{all: [requester, cfo]}",
        "{any: [cfo, {all: [requester, ceo]}]}",
    ):
        assert row_errors(f"{{approve: {written}}}") == []


def test_others_needed_counts_the_cheapest_way_to_be_done() -> None:
    assert others_needed(word("{at_least: 3, of: [requester, cfo, ceo, board]}")) == 2
    assert others_needed(word("{at_least: 2, of: officer}")) == 2
    assert others_needed(word("{all: [requester, {any: [cfo, ceo]}, {first: [board, cfo]}]}")) == 2


def test_authority_needs_an_amount_to_cover() -> None:
    head = HEAD.replace("document.net", "none")
    rows = "rows:\n  - {approve: {any: [cfo, {chain: supervisors, until: authority_covers}]}}\n"
    assert complaints(approvals__m=head + rows) == ["no-amount approvals/m.yaml:7:27"]
    rows = "rows:\n  - {approve: {chain: [buyer], until: authority_covers}}\n"
    assert complaints(approvals__m=head + rows) == ["no-amount approvals/m.yaml:7:15"]
    rows = "  - {approve: [{chain: supervisors, until: {covers: split_sum}}, {chain: supervisors, steps: 1}]}"
    assert len(matrix(rows, head).rows) == 1


def test_every_wrong_word_of_a_route_is_reported() -> None:
    text = "{approve: [cfoo, {all: [ceeo, {level: vipp}]}, {chain: supervisors}]}"
    assert row_errors(text) == ["unknown-role", "unknown-role", "unknown-level", "endless-chain"]


def test_words_nest_to_a_limit() -> None:
    text = "cfo"
    for _ in range(29):
        text = f"{{any: [{text}]}}"
    assert row_errors(f"{{approve: {text}}}") == []
    for _ in range(40):
        text = f"{{who: {text}}}"
    assert row_errors(f"{{approve: {text}}}") != []


def test_a_time_to_object_is_read_and_applies() -> None:
    def notes(told: str) -> list[str]:
        rows = f"{HEAD}rows:\n  - {{approve: [cfo, {{notify: {told}}}]}}\n"
        _, found = report(with_base(approvals__m=rows))
        return [each.message for each in found if each.place.file == "approvals/m.yaml"]

    assert notes("{who: ceo, may_object_in: 10 business days}") == []
    assert notes("{who: ceo, may_object_in: ten days}") != []
