"""What is said of an invoice that is not what was ordered, received or accepted."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

_PLACE: Final = "order {order}, line {order_line}"
_STELLE: Final = "Bestellung {order}, Position {order_line}"
ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "order_line_unknown": Text(
            "What line {line} bills was not ordered.",
            "The order {order} has no line that line {line} names, or several it could mean.",
        ),
        "match_unit": Text(
            "Line {line} counts in {unit}, the order in {ordered}.",
            "Line {line} counts in {unit} and the order in {ordered}; quantities and prices cannot "
            "be compared.",
        ),
        "match_currency": Text(
            "The amounts cannot be compared with the order {order}.",
            "The amounts cannot be compared with those of the order {order}[: {detail}].",
        ),
        "match_quantity_missing": Text(
            "Line {line} bills no quantity.",
            f"{_PLACE}: line {{line}} bills an amount for no quantity, and pieces were ordered.",
        ),
        "match_price": Text(
            "The price is higher than ordered[ in line {line}].",
            f"{_PLACE}: {{billed}} are billed[ in line {{line}}][ by the lines {{lines}} and "
            "before], expected were {expected}; {difference} more than the policy lets pass.",
        ),
        "match_price_below": Text(
            "The price is lower than ordered[ in line {line}].",
            f"{_PLACE}: {{billed}} are billed in line {{line}}, expected were {{expected}}; "
            "{difference} less.",
        ),
        "match_ordered": Text(
            "More is billed than was ordered.",
            f"{_PLACE}: {{billed}} are billed with what was billed before, {{allowed}} were "
            "ordered.",
        ),
        "match_received": Text(
            "More is billed than has arrived.",
            f"{_PLACE}: {{billed}} are billed with what was billed before, {{allowed}} have "
            "arrived.",
        ),
        "match_accepted": Text(
            "More is billed than passed inspection.",
            f"{_PLACE}: {{billed}} are billed with what was billed before, {{allowed}} passed "
            "inspection.",
        ),
        "match_quantity_below": Text(
            "Less is billed than could be.",
            f"{_PLACE}: {{billed}} are billed with what was billed before, {{allowed}} could be.",
        ),
        "match_amount": Text(
            "More is billed than was ordered.",
            f"{_PLACE}: {{billed}} are billed with what was billed before, {{allowed}} were "
            "ordered.",
        ),
        "match_amount_received": Text(
            "More is billed than has arrived.",
            f"{_PLACE}: {{billed}} are billed with what was billed before, {{allowed}} have "
            "arrived or passed inspection.",
        ),
        "credit_exceeds_billed": Text(
            "More is given back than was billed.",
            f"{_PLACE}: {{given}} are given back, and {{billed}} were billed before.",
        ),
        "charge_not_ordered": Text(
            "{charged} are charged that nobody ordered.",
            "Charges on the whole and what is collected for others come to {charged}; the policy "
            "lets {allowed} pass.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "order_line_unknown": Text(
            "Was Position {line} berechnet, ist nicht bestellt.",
            "Die Bestellung {order} hat keine Position, die Position {line} nennt, oder mehrere, "
            "die gemeint sein können.",
        ),
        "match_unit": Text(
            "Position {line} zählt in {unit}, die Bestellung in {ordered}.",
            "Position {line} zählt in {unit} und die Bestellung in {ordered}; Mengen und Preise "
            "sind nicht zu vergleichen.",
        ),
        "match_currency": Text(
            "Die Beträge sind mit der Bestellung {order} nicht zu vergleichen.",
            "Die Beträge sind mit denen der Bestellung {order} nicht zu vergleichen[: {detail}].",
        ),
        "match_quantity_missing": Text(
            "Position {line} nennt keine Menge.",
            f"{_STELLE}: Position {{line}} berechnet einen Betrag ohne Menge, und bestellt sind "
            "Stücke.",
        ),
        "match_price": Text(
            "Der Preis ist höher als bestellt[ in Position {line}].",
            f"{_STELLE}: Berechnet sind {{billed}}[ in Position {{line}}][ mit den Positionen "
            "{lines} und zuvor], erwartet waren {expected}; {difference} mehr, als die Richtlinie "
            "durchlässt.",
        ),
        "match_price_below": Text(
            "Der Preis ist niedriger als bestellt[ in Position {line}].",
            f"{_STELLE}: Berechnet sind {{billed}} in Position {{line}}, erwartet waren "
            "{expected}; {difference} weniger.",
        ),
        "match_ordered": Text(
            "Es ist mehr berechnet als bestellt.",
            f"{_STELLE}: Mit dem bisher Berechneten sind es {{billed}}, bestellt sind {{allowed}}.",
        ),
        "match_received": Text(
            "Es ist mehr berechnet als eingegangen.",
            f"{_STELLE}: Mit dem bisher Berechneten sind es {{billed}}, eingegangen sind "
            "{allowed}.",
        ),
        "match_accepted": Text(
            "Es ist mehr berechnet als abgenommen.",
            f"{_STELLE}: Mit dem bisher Berechneten sind es {{billed}}, abgenommen sind "
            "{allowed}.",
        ),
        "match_quantity_below": Text(
            "Es ist weniger berechnet als möglich.",
            f"{_STELLE}: Mit dem bisher Berechneten sind es {{billed}}, möglich wären {{allowed}}.",
        ),
        "match_amount": Text(
            "Es ist mehr berechnet als bestellt.",
            f"{_STELLE}: Mit dem bisher Berechneten sind es {{billed}}, bestellt sind {{allowed}}.",
        ),
        "match_amount_received": Text(
            "Es ist mehr berechnet als eingegangen.",
            f"{_STELLE}: Mit dem bisher Berechneten sind es {{billed}}, eingegangen oder "
            "abgenommen sind {allowed}.",
        ),
        "credit_exceeds_billed": Text(
            "Es wird mehr gutgeschrieben als berechnet.",
            f"{_STELLE}: Gutgeschrieben werden {{given}}, berechnet waren {{billed}}.",
        ),
        "charge_not_ordered": Text(
            "{charged} sind berechnet, die niemand bestellt hat.",
            "Zuschläge auf das Ganze und für andere Eingezogenes betragen {charged}; die "
            "Richtlinie lässt {allowed} durch.",
        ),
    }
)
