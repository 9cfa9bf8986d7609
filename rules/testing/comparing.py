"""What a test expects beside what came out: every difference, and no more than the test asks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from engine.decision import Ask, Assignment, Decision, Group, Part, Step
from engine.master_data import MasterData, PersonId
from engine.readiness.finding import Finding
from engine.routing.acting import Progress
from engine.routing.completing import Missing
from engine.routing.distinct import leaves, needed
from rules.testing.documents import plain_amount
from rules.testing.written import AFTER_ACTS, Expectation, Item

NOBODY: Final = "nobody"
NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Compared:
    """One expectation: what it is about, what was expected, what came out."""

    what: str
    expected: str
    got: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of a test: the decision, the progress after acts, and the data behind both.

    `unready` is what keeps the document from posting, `None` where the test does not ask.
    """

    decision: Decision
    progress: Progress
    data: MasterData
    unready: tuple[Finding, ...] | None = None


def compare(expect: Expectation, came: Outcome) -> tuple[Compared, ...]:
    """Every expectation with what came out, in the order of the language reference."""
    return tuple(_compared(expect, came))


def _compared(expect: Expectation, came: Outcome) -> Iterator[Compared]:
    decision = came.decision
    after = expect.outcome in AFTER_ACTS
    got = came.progress.outcome if after else str(decision.outcome)
    if expect.outcome:
        yield Compared("outcome", expect.outcome, got, got == expect.outcome)
    if expect.code is not None:
        code = _code(decision)
        yield Compared("code", expect.code, code or NOTHING, expect.code == code)
    if expect.amount is not None:
        yield _amount(expect.amount, decision.amount)
    yield from _people(expect, came)
    yield from _texts(expect, came)
    if came.unready is not None:
        yield from _readiness(expect, came.unready)


def _readiness(expect: Expectation, unready: tuple[Finding, ...]) -> Iterator[Compared]:
    """Whether it may post; `not_ready` lists the codes of everything that stands."""
    standing = sorted({finding.code for finding in unready if finding.stands})
    got = ", ".join(standing) or NOTHING
    if expect.ready is not None:
        wanted = "yes" if expect.ready else "no"
        found = f"no ({got})" if standing else "yes"
        yield Compared("ready", wanted, found, expect.ready is not bool(standing))
    if expect.not_ready is not None:
        codes = sorted({*expect.not_ready})
        yield Compared("not_ready", ", ".join(codes), got, codes == standing)


def _code(decision: Decision) -> str:
    if decision.refused is not None:
        return decision.refused.code
    return decision.held.code if decision.held is not None else ""


def _amount(expected: str, got: str) -> Compared:
    wanted = plain_amount(expected)
    shown = got if " " in wanted else got.partition(" ")[0]
    return Compared("amount", wanted, got or NOTHING, wanted == shown)


def _people(expect: Expectation, came: Outcome) -> Iterator[Compared]:
    steps = came.progress.decision.steps if expect.outcome in AFTER_ACTS else came.decision.steps
    if expect.approve is not None:
        yield _approve(expect.approve, expect.exactly, steps, came.data)
    if expect.steps is not None:
        yield _in_steps(expect.steps, steps, came.data)
    if expect.not_asked is not None:
        asked = [leaf for step in steps for part in step.parts for leaf in leaves(part)]
        found = [i for i in expect.not_asked if any(meets(i.name, a, came.data) for a in asked)]
        wanted = _listed(expect.not_asked)
        yield Compared("not_asked", wanted, _listed(found, "none of them asked"), not found)
    for what, items, ask in (
        ("notify", expect.notify, Ask.NOTIFY),
        ("consult", expect.consult, Ask.CONSULT),
        ("ratify", expect.ratify, Ask.RATIFY),
    ):
        if items is not None:
            asked = [a for a in _leaves(steps) if a.ask is ask]
            ok = all(any(meets(item.name, a, came.data) for a in asked) for item in items)
            yield Compared(what, _listed(items), _shown(asked), ok)
    if expect.signs is not None:
        wanted = ", ".join(f"{name} {word}" for name, word in expect.signs.items())
        found_words = [f"{a.word} {a.as_}" for a in _leaves(steps) if a.as_]
        ok = all(
            any(meets(name, a, came.data) and a.as_ == word for a in _leaves(steps))
            for name, word in expect.signs.items()
        )
        yield Compared("as", wanted, ", ".join(found_words) or NOTHING, ok)


def _texts(expect: Expectation, came: Outcome) -> Iterator[Compared]:
    decision = came.progress.decision if expect.outcome in AFTER_ACTS else came.decision
    if expect.missing is not None:
        open_things = _open_things(came, decision)
        ok = all(_is_missing(item, came, decision) for item in expect.missing)
        yield Compared("missing", _listed(expect.missing), open_things or NOTHING, ok)
    if expect.act_refused is not None:
        refusals = came.progress.refusals
        got = ", ".join(f"{r.person} ({r.code})" for r in refusals)
        ok = all(any(word in (r.code, r.person) for r in refusals) for word in expect.act_refused)
        yield Compared("act_refused", ", ".join(expect.act_refused), got or NOTHING, ok)
    if expect.findings is not None:
        got = ", ".join(f"{f.code} ({f.text})" for f in decision.findings)
        ok = all(
            any(word == f.code or names(f.text, word) for f in decision.findings)
            for word in expect.findings
        )
        yield Compared("findings", ", ".join(expect.findings), got or NOTHING, ok)
    if expect.reviews is not None:
        codes = [review.code for review in decision.reviews]
        ok = all(code in codes for code in expect.reviews) and bool(expect.reviews or not codes)
        yield Compared(
            "reviews", ", ".join(expect.reviews) or NOTHING, ", ".join(codes) or NOTHING, ok
        )


def meets(name: str, place: Assignment, data: MasterData) -> bool:
    """Whether a name stands for a place: its word, somebody asked, or a role's one holder."""
    if name == place.word:
        return True
    people = {assignee.person for assignee in place.assignees}
    if place.body is not None:
        people = {*people, *place.body.members, *place.body.recorders}
    return PersonId(name) in people or bool(_one_holder(name, data) & people)


def _one_holder(role: str, data: MasterData) -> frozenset[PersonId]:
    people = frozenset(
        holding.person
        for (name, _), holdings in data.holdings.items()
        if name == role
        for holding in holdings
    )
    return people if len(people) == 1 else frozenset()


def _approve(
    items: Sequence[Item], exactly: bool, steps: Sequence[Step], data: MasterData
) -> Compared:
    """Each item is needed; with `exactly`, nobody else is asked to approve."""
    parts = [part for step in steps for part in step.parts]
    covered, lacking = _matched(items, parts, data)
    more = [a for a in _approving(parts) if a.id not in covered and a.already < 0]
    ok = not lacking and not (exactly and more)
    expected = _listed(items) + (" and nobody else" if exactly else "")
    return Compared("approve", expected, _route_text(parts), ok)


def _in_steps(
    wanted: Sequence[Sequence[Item]], steps: Sequence[Step], data: MasterData
) -> Compared:
    """The steps that ask for a new approval, in order, each with exactly these."""
    found = [step for step in steps if any(a.already < 0 for a in _approving(step.parts))]
    ok = len(found) == len(wanted)
    for items, step in zip(wanted, found, strict=False):
        covered, lacking = _matched(items, step.parts, data)
        ok = (
            ok
            and not lacking
            and all(a.id in covered or a.already >= 0 for a in _approving(step.parts))
        )
    expected = "; then ".join(_listed(items) for items in wanted)
    return Compared("steps", expected, "; then ".join(_route_text(s.parts) for s in found), ok)


def _matched(
    items: Sequence[Item], parts: Sequence[Part], data: MasterData
) -> tuple[set[int], list[Item]]:
    """The places that the items stand for, and the items that stand for none."""
    sure = [a for part in parts for a in needed(part) if a.ask is Ask.APPROVE]
    groups = [group for part in parts for group in _groups(part)]
    covered: set[int] = set()
    lacking: list[Item] = []
    for item in _spread(items):
        if item.name:
            found = [a for a in sure if meets(item.name, a, data)]
        else:
            same = [group for group in groups if _is_group(item, group, data)]
            found = [a for group in same for a in leaves(group)]
        covered |= {a.id for a in found}
        if not found:
            lacking.append(item)
    return covered, lacking


def _spread(items: Sequence[Item]) -> Iterator[Item]:
    """Items of which all are needed, one by one."""
    for item in items:
        if item.parts and item.need == len(item.parts) > 1:
            yield from _spread(item.parts)
        else:
            yield item


def _groups(part: Part) -> Iterator[Group]:
    if isinstance(part, Group):
        yield part
        for inner in part.parts:
            yield from _groups(inner)


def _is_group(item: Item, group: Group, data: MasterData) -> bool:
    """Whether the group needs as many, of the same places."""
    places = [a for a in leaves(group) if a.ask is Ask.APPROVE]
    named = [part.name for part in item.parts]
    return (
        bool(places)
        and group.need == item.need
        and all(any(meets(name, a, data) for a in places) for name in named)
        and all(any(meets(name, a, data) for name in named) for a in places)
    )


def _is_missing(item: Item, came: Outcome, decision: Decision) -> bool:
    if item.parts:
        names_wanted = {part.name for part in item.parts}
        return any(
            open_place.need == item.need
            and names_wanted in ({*open_place.words}, {*map(str, open_place.people)})
            for open_place in came.progress.missing
        )
    holder = _one_holder(item.name, came.data)
    for place in came.progress.missing:
        if item.name in place.words or item.name in place.people or holder & {*place.people}:
            return True
    if any(names(finding.text, item.name) for finding in decision.findings):
        return True
    words = decision.held.words if decision.held is not None else ()
    return any(names(text, item.name) for _, text in words)


def names(text: str, word: str) -> bool:
    """Whether a text has the word, not as a part of another one."""
    return re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.])", text) is not None


def _open_things(came: Outcome, decision: Decision) -> str:
    found = [_missing_text(place) for place in came.progress.missing]
    found += [finding.text for finding in decision.findings]
    if decision.held is not None:
        found += [f"{name} {text}" for name, text in decision.held.words]
    return ", ".join(found)


def _missing_text(place: Missing) -> str:
    word = " or ".join(place.words)
    many = f"{place.need} of " if place.need > 1 else ""
    return f"{many}{word} ({_short([str(person) for person in place.people])})"


def _approving(parts: Sequence[Part]) -> Iterator[Assignment]:
    for part in parts:
        yield from (a for a in leaves(part) if a.ask is Ask.APPROVE)


def _leaves(steps: Sequence[Step]) -> list[Assignment]:
    return [leaf for step in steps for part in step.parts for leaf in leaves(part)]


def _listed(items: Sequence[Item], empty: str = NOBODY) -> str:
    return ", ".join(str(item) for item in items) or empty


def _shown(places: Sequence[Assignment]) -> str:
    return ", ".join(_place_text(place) for place in places) or NOBODY


def _place_text(place: Assignment) -> str:
    """`mia (cost_center_owner cc100)`; a body, or a place nobody new is asked for, by its word."""
    who = _short([str(assignee.person) for assignee in place.assignees])
    about = " ".join(word for word in (place.word, place.object) if word)
    text = f"{who} ({about})" if who and who != place.word else about
    return f"{text}, who approves before" if place.already >= 0 else text


def _route_text(parts: Sequence[Part]) -> str:
    asked = [part for part in parts if any(a.ask is Ask.APPROVE for a in leaves(part))]
    return ", ".join(_part_text(part) for part in asked) or NOBODY


def _part_text(part: Part) -> str:
    if isinstance(part, Assignment):
        return _place_text(part)
    inner = ", ".join(_part_text(each) for each in part.parts)
    many = "all" if part.need == len(part.parts) else "any" if part.need == 1 else str(part.need)
    return f"{many} of [{inner}]"


def _short(people: Sequence[str], most: int = 4) -> str:
    more = len(people) - most
    return " or ".join(people[:most]) + (f" or {more} more" if more > 0 else "")
