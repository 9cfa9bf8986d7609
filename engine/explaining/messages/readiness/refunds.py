"""What is said of refunds and of adjustments of subscriptions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "refund_of_nothing": Text(
            "The refund names no charge.",
            "A refund names what it refunds in `refunds`.",
        ),
        "refund_charge_unknown": Text(
            "How much {charge} was is not known.",
            "The refund does not state in `charged` what the customer paid for {charge}.",
        ),
        "refund_not_positive": Text(
            "The refund of {charge} is not more than nothing.",
            "A refund gives something back: what is refunded of {charge} has to be more "
            "than nothing.",
        ),
        "refund_charge_differs": Text(
            "Refunds of {charge} do not agree on what was paid.",
            "The refund says that {charged} was paid for {charge}; others say something "
            "else[: {others}].",
        ),
        "refund_above_charge": Text(
            "More than was paid would be refunded of {charge}.",
            "{charged} was paid for {charge}; {refunded} is refunded already[ by {others}],"
            " and {amount} would come to more.",
        ),
        "refund_to_other_account": Text(
            "The refund goes to an account that the customer did not pay from.",
            "Money goes back to where it came from: `pay_to` has to be an account of `paid_from`.",
        ),
        "refund_account_unknown": Text(
            "Nothing says where the customer paid from.",
            "The policy asks for the account that the customer paid from, in `paid_from`.",
        ),
        "refund_to_employee": Text(
            "The refund goes to an account of {person}.",
            "The account of the refund is the one on which {person} is paid.",
        ),
        "adjustment_of_nothing": Text(
            "The adjustment names no subscription.",
            "An adjustment names in `subscription` what it adjusts; without it nothing can "
            "be compared.",
        ),
        "discount_missing": Text(
            "The discount does not say how much.",
            "A discount states in `discount_percent` how much it is.",
        ),
        "discount_above_limit": Text(
            "Discounts of {discount} percent are above the limit of {most}.",
            "With the others of the subscription[ ({others})] the discount comes to "
            "{discount} percent; the policy allows {most}.",
        ),
        "adjustment_day_missing": Text(
            "The adjustment does not say from when it counts.",
            "The policy limits how far back an adjustment reaches, and it states no "
            "`adjusted_from`.",
        ),
        "adjustment_too_far_back": Text(
            "The adjustment reaches back to {day}.",
            "The adjustment counts from {day}; the policy lets it reach back to {earliest}.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "refund_of_nothing": Text(
            "Die Erstattung nennt keine Belastung.",
            "Eine Erstattung nennt in `refunds`, was sie erstattet.",
        ),
        "refund_charge_unknown": Text(
            "Wie hoch {charge} war, ist nicht bekannt.",
            "Die Erstattung nennt in `charged` nicht, was der Kunde für {charge} gezahlt hat.",
        ),
        "refund_not_positive": Text(
            "Die Erstattung von {charge} ist nicht mehr als nichts.",
            "Eine Erstattung gibt etwas zurück: Was von {charge} erstattet wird, muss mehr "
            "als nichts sein.",
        ),
        "refund_charge_differs": Text(
            "Erstattungen von {charge} nennen nicht denselben Betrag.",
            "Die Erstattung nennt {charged} als für {charge} gezahlt; andere nennen etwas "
            "anderes[: {others}].",
        ),
        "refund_above_charge": Text(
            "Von {charge} würde mehr erstattet als gezahlt.",
            "Für {charge} wurden {charged} gezahlt; {refunded} sind schon erstattet[ durch "
            "{others}], und {amount} wären zu viel.",
        ),
        "refund_to_other_account": Text(
            "Die Erstattung geht auf ein Konto, von dem der Kunde nicht gezahlt hat.",
            "Geld geht zurück, woher es kam: `pay_to` muss ein Konto aus `paid_from` sein.",
        ),
        "refund_account_unknown": Text(
            "Nichts sagt, von wo der Kunde gezahlt hat.",
            "Die Richtlinie verlangt in `paid_from` das Konto, von dem der Kunde gezahlt hat.",
        ),
        "refund_to_employee": Text(
            "Die Erstattung geht auf ein Konto von {person}.",
            "Das Konto der Erstattung ist das, auf dem {person} Gehalt bekommt.",
        ),
        "adjustment_of_nothing": Text(
            "Die Anpassung nennt kein Abonnement.",
            "Eine Anpassung nennt in `subscription`, was sie anpasst; ohne das ist nichts "
            "vergleichbar.",
        ),
        "discount_missing": Text(
            "Der Rabatt nennt keine Höhe.",
            "Ein Rabatt nennt in `discount_percent` seine Höhe.",
        ),
        "discount_above_limit": Text(
            "Rabatte von {discount} Prozent liegen über der Grenze von {most}.",
            "Mit den anderen des Abonnements[ ({others})] ergibt der Rabatt {discount} "
            "Prozent; die Richtlinie erlaubt {most}.",
        ),
        "adjustment_day_missing": Text(
            "Die Anpassung sagt nicht, ab wann sie gilt.",
            "Die Richtlinie begrenzt, wie weit eine Anpassung zurückreicht, und sie nennt "
            "kein `adjusted_from`.",
        ),
        "adjustment_too_far_back": Text(
            "Die Anpassung reicht bis {day} zurück.",
            "Die Anpassung gilt ab {day}; die Richtlinie lässt sie bis {earliest} zurückreichen.",
        ),
    }
)
