"""What is said of the order behind an invoice."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "order_missing": Text(
            "The document names no order[ in line {line}].",
            "The policy compares it with its order, and the document names none[ in line {line}].",
        ),
        "order_unknown": Text(
            "There is no order {order}.",
            "The entity has no order of this number that was not withdrawn or rejected: {order}.",
        ),
        "order_not_approved": Text(
            "The order {order} is not approved.",
            "There is an order {order}, and neither it nor a change of it has been approved.",
        ),
        "order_ambiguous": Text(
            "There are several orders {order}.",
            "The entity has several orders with the number {order}; which one is meant cannot be "
            "told.",
        ),
        "order_of_other_supplier": Text(
            "The order {order} was given to somebody else.",
            "The order {order} was given to {ordered}[; the document is of the supplier "
            "{supplier}, who is not of the same group].",
        ),
        "order_closed": Text(
            "The order {order} is closed.",
            "The system of the order answered that the order {order} is closed.",
        ),
        "order_balance_unknown": Text(
            "What is left of the order {order} is not known.",
            "What the order {order} is worth and what was billed of it cannot be compared"
            "[: {detail}].",
        ),
        "order_exhausted": Text(
            "Not enough is left of the order {order}.",
            "The order {order} is worth {ordered}; {billed} of it were billed before, and {now} "
            "are billed now.",
        ),
        "receipt_missing": Text(
            "Nothing has arrived of line {line}.",
            "There is no receipt of what line {line} bills[, order {order}].",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "order_missing": Text(
            "Der Beleg nennt keine Bestellung[ in Position {line}].",
            "Die Richtlinie vergleicht mit der Bestellung, und der Beleg nennt keine"
            "[ in Position {line}].",
        ),
        "order_unknown": Text(
            "Es gibt keine Bestellung {order}.",
            "Die Gesellschaft hat keine Bestellung dieser Nummer, die nicht zurückgezogen oder "
            "abgelehnt ist: {order}.",
        ),
        "order_not_approved": Text(
            "Die Bestellung {order} ist nicht genehmigt.",
            "Es gibt eine Bestellung {order}; weder sie noch eine Änderung ist genehmigt.",
        ),
        "order_ambiguous": Text(
            "Es gibt mehrere Bestellungen {order}.",
            "Die Gesellschaft hat mehrere Bestellungen mit der Nummer {order}; welche gemeint ist, "
            "ist nicht zu sagen.",
        ),
        "order_of_other_supplier": Text(
            "Die Bestellung {order} ging an jemand anderen.",
            "Die Bestellung {order} ging an {ordered}[; der Beleg ist vom Lieferanten {supplier}, "
            "der nicht zur selben Gruppe gehört].",
        ),
        "order_closed": Text(
            "Die Bestellung {order} ist geschlossen.",
            "Das System der Bestellung meldet die Bestellung {order} als geschlossen.",
        ),
        "order_balance_unknown": Text(
            "Was von der Bestellung {order} übrig ist, ist nicht bekannt.",
            "Der Wert der Bestellung {order} und das bisher Berechnete sind nicht zu vergleichen"
            "[: {detail}].",
        ),
        "order_exhausted": Text(
            "Von der Bestellung {order} ist nicht genug übrig.",
            "Die Bestellung {order} hat den Wert {ordered}; davon sind {billed} schon berechnet, "
            "und {now} werden jetzt berechnet.",
        ),
        "receipt_missing": Text(
            "Von Position {line} ist nichts eingegangen.",
            "Für das in Position {line} Berechnete gibt es keinen Wareneingang"
            "[, Bestellung {order}].",
        ),
    }
)
