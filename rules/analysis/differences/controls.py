"""What controls, segregation of duties and guarantees say, and which way they differ."""

from __future__ import annotations

from typing import Any, Final

from engine.policy import (
    Additional,
    Barred,
    Conflict,
    Duty,
    Guarantee,
    Mitigation,
    RelatedParties,
    Review,
)
from rules.analysis.differences import phrases as say
from rules.analysis.differences import strictness as strict
from rules.analysis.differences.aspects import Aspect, Kind, phrase
from rules.analysis.differences.judging import (
    by_amount,
    by_number,
    by_reach,
    condition_text,
    layer,
    names_text,
    where_text,
)
from rules.analysis.differences.model import Area, Direction
from rules.analysis.differences.pairing import same

LOOSER, STRICTER, DIFFERENT = Direction.LOOSER, Direction.STRICTER, Direction.DIFFERENT


def _review(review: Review | None) -> str:
    if review is None:
        return "none"
    return f"{review.code} by {', '.join(map(say.word, review.by))} ({review.documents})"


def _answer(old: Any, new: Any) -> Direction | None:
    return strict.of_answers(old, new)


def _control_bounds(control: Additional) -> tuple[int, int, str]:
    return control.low, control.high, control.currency


def _control_tells(control: Additional) -> str:
    low, high, currency = _control_bounds(control)
    amount = say.bounds(low, high, currency)
    return phrase(
        (
            ("", say.answer(control.answer, "")),
            ("requires ", say.requirements(control.require) if control.require else ""),
            ("reviewed: ", _review(control.review) if control.review else ""),
            (f"{control.amount} ", "" if amount == "any amount" else amount),
            ("", where_text(control)),
        )
    )


def _applies(old: tuple[int, int, str], new: tuple[int, int, str]) -> Direction:
    """A control that applies to more amounts is stricter."""
    if old[2] != new[2]:
        return DIFFERENT
    if new[0] <= old[0] and new[1] >= old[1]:
        return STRICTER
    return LOOSER if new[0] >= old[0] and new[1] <= old[1] else DIFFERENT


CONTROLS: Final[Kind[Additional]] = Kind(
    Area.CONTROLS,
    lambda control: f"`{control.name}`" if control.name else f"control at {control.place}",
    _control_tells,
    (
        Aspect("now applies to", _control_bounds, lambda key: say.bounds(*key), _applies),
        Aspect("now of the amount", lambda control: control.amount),
        Aspect("now asks for", lambda control: control.answer, say.answer, _answer),
        Aspect(
            "now requires",
            lambda control: control.require,
            say.requirements,
            strict.of_requirements,
        ),
        Aspect("now for", lambda control: control.documents, say.documents, by_reach(STRICTER)),
        Aspect("now where", lambda control: control.when, condition_text),
        Aspect("its steps stand", lambda control: control.at),
        Aspect("its review is", lambda control: control.review, _review),
        Aspect("its reason is", lambda control: control.because),
        Aspect("its owner is", lambda control: control.owner),
        *layer(),
    ),
    (
        same(lambda control: control.name),
        same(lambda c: (c.amount, c.currency, c.answer, c.require, c.documents, c.when)),
        same(lambda c: (c.low, c.high, c.documents, c.when, c.scope)),
        same(lambda c: (c.answer, c.documents, c.scope)),
    ),
    adding=STRICTER,
)

BARRED: Final[Kind[Barred]] = Kind(
    Area.SEGREGATION,
    lambda rule: f"`{rule.name}`",
    lambda rule: f"bars who {condition_text(rule.when)} {where_text(rule)}".strip(),
    (
        Aspect("now for", lambda rule: rule.documents, say.documents, by_reach(STRICTER)),
        Aspect("now bars where", lambda rule: rule.when, condition_text),
        *layer(),
    ),
    (same(lambda rule: rule.name), same(lambda rule: (rule.documents, rule.when))),
    adding=STRICTER,
)

DUTIES: Final[Kind[Duty]] = Kind(
    Area.SEGREGATION,
    lambda duty: f"duty {duty.name}",
    lambda duty: phrase(
        (
            ("acts ", say.listed(duty.acts) if duty.acts else ""),
            ("on ", say.documents(duty.documents) if duty.documents else ""),
            ("held: ", say.listed(duty.roles) if duty.roles else ""),
        )
    ),
    (
        Aspect("is now on", lambda duty: duty.documents, say.documents),
        Aspect("its acts are", lambda duty: duty.acts, names_text),
        Aspect("its roles are", lambda duty: duty.roles, names_text),
    ),
    (same(lambda duty: duty.name),),
)

_OUTCOMES: Final = ("warn", "mitigate", "block")


def _outcome(old: str, new: str) -> Direction:
    if old not in _OUTCOMES or new not in _OUTCOMES:
        return DIFFERENT
    return STRICTER if _OUTCOMES.index(new) > _OUTCOMES.index(old) else LOOSER


def _window(days: int | None) -> str:
    return "for ever" if days is None else f"{days} days"


def _looking_back(old: int | None, new: int | None) -> Direction:
    """Looking back further finds more; for ever is furthest."""
    if old is None or new is None:
        return LOOSER if old is None else STRICTER
    return STRICTER if new > old else LOOSER


CONFLICTS: Final[Kind[Conflict]] = Kind(
    Area.SEGREGATION,
    lambda conflict: f"conflict {conflict.name}",
    lambda c: f"{say.and_of(sorted(c.duties))} on {c.on.replace('_', ' ')}, {c.outcome}",
    (
        Aspect("its duties are", lambda conflict: conflict.duties, say.listed),
        Aspect("is now compared on", lambda conflict: conflict.on),
        Aspect("now looks back", lambda conflict: conflict.within, _window, _looking_back),
        Aspect("its outcome is", lambda conflict: conflict.outcome, str, _outcome),
        Aspect(
            "related persons now count",
            lambda conflict: conflict.related,
            lambda value: "as one" if value else "each alone",
            lambda old, new: STRICTER if new else LOOSER,
        ),
        Aspect("its risk is", lambda conflict: conflict.risk),
        *layer(),
    ),
    (same(lambda conflict: conflict.name),),
    adding=STRICTER,
)

MITIGATIONS: Final[Kind[Mitigation]] = Kind(
    Area.SEGREGATION,
    lambda mitigation: f"mitigation {mitigation.name}",
    lambda m: f"{m.person} is let through {m.conflict} up to {say.up_to(m.cap)} until {m.until}",
    (
        Aspect("now accepts", lambda m: m.conflict),
        Aspect("now lets through", lambda m: m.person),
        Aspect("now up to", lambda m: m.cap, say.up_to, by_amount(LOOSER)),
        Aspect(
            "now until", lambda m: m.until, str, lambda old, new: LOOSER if new > old else STRICTER
        ),
        Aspect("is now monitored by", lambda m: m.monitor),
        Aspect(
            "is now suspended by a use unreviewed for more than",
            lambda m: m.review_every,
            lambda n: f"{n} days",
            lambda old, new: LOOSER if new > old else STRICTER,
        ),
    ),
    (same(lambda mitigation: mitigation.name),),
    adding=LOOSER,
)

RELATED: Final[Kind[RelatedParties]] = Kind(
    Area.SEGREGATION,
    lambda rule: "related parties",
    lambda rule: f"compares {say.listed(rule.match)}" if rule.match else "",
    (
        Aspect(
            "now compares",
            lambda rule: rule.match,
            names_text,
            lambda old, new: strict.of_sets(old, new, more_is=STRICTER),
        ),
        Aspect(
            "a match refuses the document:",
            lambda rule: rule.refuse_on_match,
            lambda value: "yes" if value else "no",
            lambda old, new: STRICTER if new else LOOSER,
        ),
        Aspect(
            "who declared an interest is not asked:",
            lambda rule: rule.exclude_declared,
            lambda value: "yes" if value else "no",
            lambda old, new: STRICTER if new else LOOSER,
        ),
        Aspect(
            "a declared interest adds",
            lambda rule: rule.add,
            lambda words: ", ".join(map(say.word, words)) or "nobody",
            strict.of_steps,
        ),
    ),
    (lambda one, other: True,),
    adding=STRICTER,
)


def _above(amounts: Any) -> str:
    return ", ".join(say.money(amounts[name]) for name in sorted(amounts)) or "any amount"


def _less_above(old: Any, new: Any) -> Direction:
    """A guarantee that begins at a smaller amount is stricter."""
    if not old or not new:
        return STRICTER if not new else LOOSER
    if old.keys() != new.keys():
        return DIFFERENT
    found = strict.together(strict.of_amounts(old[name], new[name], more_is=LOOSER) for name in old)
    return found or DIFFERENT


def _kept(guarantee: Guarantee) -> str:
    return phrase(
        (
            ("at least ", f"{guarantee.at_least} approvers" if guarantee.at_least else ""),
            ("approval by ", say.listed(guarantee.by) if guarantee.by else ""),
            ("more money never asks less of ", ", ".join(guarantee.order)),
            ("above ", _above(guarantee.above) if guarantee.above else ""),
            ("", where_text(guarantee)),
        )
    )


def _by(old: tuple[str, ...], new: tuple[str, ...]) -> Direction | None:
    return strict.of_sets(set(old), set(new), more_is=STRICTER)


GUARANTEES: Final[Kind[Guarantee]] = Kind(
    Area.GUARANTEES,
    lambda guarantee: f"`{guarantee.name}`",
    _kept,
    (
        Aspect("now needs at least", lambda g: g.at_least, str, by_number(STRICTER)),
        Aspect("now needs an approval by", lambda g: g.by, names_text, _by),
        Aspect("its order is", lambda g: g.order, ", ".join),
        Aspect("now holds above", lambda g: g.above, _above, _less_above),
        Aspect("now compares", lambda g: g.amount),
        Aspect("now for", lambda g: g.documents, say.documents, by_reach(STRICTER)),
        Aspect("now where", lambda g: g.when, condition_text),
        *layer(),
    ),
    (same(lambda guarantee: guarantee.name),),
    adding=STRICTER,
)
