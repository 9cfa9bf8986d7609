"""How far an invoice may be off its order: what a policy states of it, and the comparison.

An upper and a lower limit are stated apart. Zero is a limit, nothing stated is none: without a
lower limit a lower price is no finding. Where both a share and an amount are stated, `within` says
whether a difference has to be within both or within either; the word has no default.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from engine.money import Money
from engine.readiness.check import Complaint
from engine.readiness.parameters import Kind, Stricter, stated


class Within(StrEnum):
    """Which of two limits a difference has to keep."""

    BOTH = "both"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class PriceTolerance:
    """How much more, or less, may be billed for a quantity than was ordered for it."""

    percent: Fraction | None = stated(
        Kind.PERCENT,
        "how much more than ordered, as a share: `2`",
        stricter=Stricter.SMALLER,
        default=None,
    )
    amount: Money | None = stated(
        Kind.AMOUNT,
        "how much more than ordered, for all that is billed of an order's line",
        stricter=Stricter.SMALLER,
        default=None,
    )
    within: str = stated(
        Kind.WORD,
        "whether `percent` and `amount` must both be kept, or either of them",
        words=Within,
        default="",
    )
    below_percent: Fraction | None = stated(
        Kind.PERCENT,
        "how much less than ordered, as a share; less is no finding if unsaid",
        stricter=Stricter.SMALLER,
        default=None,
    )
    below_amount: Money | None = stated(
        Kind.AMOUNT,
        "how much less than ordered; less is no finding if unsaid",
        stricter=Stricter.SMALLER,
        default=None,
    )

    @property
    def has_lower(self) -> bool:
        """Whether anything is said of less than ordered."""
        return self.below_percent is not None or self.below_amount is not None


@dataclass(frozen=True, slots=True)
class QuantityTolerance:
    """How much more, or less, may be billed than was ordered, received or accepted."""

    percent: Fraction | None = stated(
        Kind.PERCENT,
        "how much more, as a share of what may be billed: `0`",
        stricter=Stricter.SMALLER,
        default=None,
    )
    units: int | None = stated(
        Kind.WHOLE,
        "how many units more",
        stricter=Stricter.SMALLER,
        default=None,
    )
    within: str = stated(
        Kind.WORD,
        "whether `percent` and `units` must both be kept, or either of them",
        words=Within,
        default="",
    )
    below_percent: Fraction | None = stated(
        Kind.PERCENT,
        "how much less, as a share; less is no finding if unsaid",
        stricter=Stricter.SMALLER,
        default=None,
    )


def complaints_of(
    name: str, share: Fraction | None, most: object, other: str, within: str
) -> Iterator[Complaint]:
    """A tolerance that says nothing, or leaves open which of its limits counts."""
    if share is None and most is None:
        message = f"`{name}` states no limit: zero is not the same as none"
        yield Complaint("missing-key", message, "write `percent: 0` if nothing may be off")
    elif share is not None and most is not None and not within:
        message = f"`{name}` needs `within`: it has a `percent` and `{other}`"
        help = "write `within: both` (a difference keeps both limits) or `within: either`"
        yield Complaint("missing-key", message, help)
    elif within and (share is None or most is None):
        message = f"`within` of `{name}` compares `percent` with `{other}`, and one is not there"
        yield Complaint("missing-key", message, "write both limits, or leave out `within`")


def exceeds(
    difference: Fraction,
    of: Fraction,
    share: Fraction | None,
    most: Fraction | None,
    within: str,
) -> bool:
    """Whether a difference (above zero) is more than the limits allow. `of` is what it is a
    share of; `most` the other limit, in the unit of the difference. Exactly at a limit is within.
    """
    if difference <= 0:
        return False
    limits = [limit for limit in (None if share is None else of * share, most) if limit is not None]
    over = [difference > limit for limit in limits]
    return bool(over) and (all(over) if within == Within.EITHER else any(over))
