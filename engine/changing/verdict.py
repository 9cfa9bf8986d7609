"""Whether other content has everything approved again, or only what it concerns.

Totals are compared exactly and by their size: a credit that grows is an increase. What cannot be
compared (no total, another currency without a rate) counts as an increase: nobody's approval
stands because something was not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from engine.changing.differences import changed_facts
from engine.documents.model import Document
from engine.money import Exact, Money
from engine.policy import Changes, Increase
from engine.values import value

Amount = Money | Exact
Convert = Callable[[Amount, str], Amount | None]  # `None` where there is no rate


@value
class Content:
    """One version of a document, and what it commits; `total` `None` where it states no amount."""

    document: Document
    total: Amount | None


@value
class Cause:
    """Why something is approved again: a code of the message catalogue with its words."""

    code: str
    words: tuple[tuple[str, str], ...] = ()


@value
class Verdict:
    """`again` are the causes for approving everything again; empty: approvals can stand.

    `affected` are the facts that changed and that concern only whom they concern.
    """

    again: tuple[Cause, ...] = ()
    affected: tuple[str, ...] = ()


def verdict(
    changes: Changes | None,
    before: Content,
    after: Content,
    approved: Mapping[str, Content],
    convert: Convert,
) -> Verdict:
    """What the change from one version to the next asks for.

    `approved` are the `original` and the `last_approved` content where there are any. Without
    `changes` any difference begins anew.
    """
    if changes is None:
        return Verdict((Cause("change_without_rule"),))
    causes = [
        Cause("change_of_field", (("field", name),))
        for name in changed_facts(before.document, after.document, changes.changed)
    ]
    if (before.total is None) != (
        after.total is None
    ) or before.document.type != after.document.type:
        causes.append(Cause("change_not_comparable"))
    if changes.increase is not None:
        for word in sorted(changes.increase.since & approved.keys()):
            old = approved[word].total
            if exceeds(changes.increase, old, after.total, convert):
                causes.append(increased(word, old, after.total))
    affected = changed_facts(before.document, after.document, changes.affected_only)
    return Verdict(tuple(causes), affected)


def increased(word: str, old: Amount | None, new: Amount | None) -> Cause:
    """The cause that a total has grown too much since one of the versions."""
    return Cause("change_increase", (("since", word), ("old", str(old)), ("new", str(new))))


def exceeds(increase: Increase, old: Amount | None, new: Amount | None, convert: Convert) -> bool:
    """Whether the total has grown by more than the policy tolerates."""
    if old is None and new is None:
        return False
    if old is None or new is None or old.currency != new.currency:
        return True
    if old.minor and new.minor and (old.minor < 0) != (new.minor < 0):
        return True
    grown = abs(Fraction(new.minor)) - abs(Fraction(old.minor))
    if grown <= 0:
        return False
    tests = []
    if increase.percent is not None:
        tests.append(grown > abs(Fraction(old.minor)) * increase.percent)
    if increase.amount is not None:
        by = _exact(grown, new.currency, increase.amount.currency, convert)
        tests.append(by is None or by > increase.amount.minor)
    return all(tests) if increase.is_both else any(tests)


def _exact(grown: Fraction, currency: str, wanted: str, convert: Convert) -> Fraction | None:
    if currency == wanted:
        return grown
    found = convert(Exact(grown, currency), wanted)
    return None if found is None else Fraction(found.minor)
