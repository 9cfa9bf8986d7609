"""What is said of payments and of the items of a payment run."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "payment_of_nothing": Text(
            "The payment names nothing that it pays.",
            "A payment names the documents that it pays, on its lines or in `pays`.",
        ),
        "payment_line_of_nothing": Text(
            "Lines {lines} pay nothing.",
            "Lines {lines} name no document, and others do. In a run every line pays one.",
        ),
        "payment_items_differ": Text(
            "Its header names items that no line pays.",
            "The header names {items}, and no line pays them.",
        ),
        "payment_not_positive": Text(
            "The payment comes to nothing.",
            "What is paid, credit notes deducted, is not more than nothing.",
        ),
        "payment_below_nothing": Text(
            "Credit notes of {supplier} are more than what it is paid.",
            "The items of the supplier {supplier} come to {amount}: what it owes is not "
            "taken off others.",
        ),
        "payment_differs": Text(
            "The payment is {amount}, its items {owed}.",
            "The payment comes to {amount}; all of its items, credit notes deducted, come "
            "to {owed}. Parts are paid by lines.",
        ),
        "item_twice": Text(
            "The item {item} stands twice in the payment.",
            "The item {item} stands on more than one line. An item is paid by one line of a run.",
        ),
        "item_unknown": Text(
            "The item {item} is not one known document.",
            "{count} documents are known by the id {item} that could be paid; exactly one "
            "has to be.",
        ),
        "item_not_posted": Text(
            "The item {item} is not in the books.",
            "The item {item}[ ({case})] stands at `{status}`. Only what was approved and "
            "posted is paid.",
        ),
        "item_of_other": Text(
            "The item {item} has another {field}.",
            "The item {item}[ ({case})] has another `{field}` than the payment[: {found}].",
        ),
        "item_without_account": Text(
            "Nothing says where the money for {item} goes.",
            "Neither the line of {item}[ ({case})] nor the header states an account in `pay_to`.",
        ),
        "item_to_other_account": Text(
            "The money for {item} goes to another account.",
            "The account is none of those of whom {item}[ ({case})] is owed to.",
        ),
        "item_amount_wrong": Text(
            "The amount {amount} of {item} has the wrong sign.",
            "{amount} is paid of {item}, which comes to {owed}. A credit note is taken off "
            "with a negative amount; anything else is more than nothing.",
        ),
        "item_paid_already": Text(
            "The item {item} is paid already.",
            "The item {item} over {owed} is paid or about to be paid[ by {others}].",
        ),
        "item_paid_too_much": Text(
            "More than is owed would be paid of {item}.",
            "With {amount} more than the {owed} of {item} would be paid[; before it came "
            "{others}].",
        ),
        "item_paid_in_part": Text(
            "The item {item} is paid in part.",
            "{amount} of {owed} would be paid of {item}, and the policy has items paid whole.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "payment_of_nothing": Text(
            "Die Zahlung nennt nichts, was sie bezahlt.",
            "Eine Zahlung nennt die Belege, die sie bezahlt, in ihren Zeilen oder in `pays`.",
        ),
        "payment_line_of_nothing": Text(
            "Die Zeilen {lines} bezahlen nichts.",
            "Die Zeilen {lines} nennen keinen Beleg, andere aber schon. In einem "
            "Zahlungslauf bezahlt jede Zeile einen.",
        ),
        "payment_items_differ": Text(
            "Der Kopf nennt Posten, die keine Zeile bezahlt.",
            "Der Kopf nennt {items}, und keine Zeile bezahlt sie.",
        ),
        "payment_not_positive": Text(
            "Die Zahlung ergibt nichts.",
            "Was gezahlt wird, Gutschriften abgezogen, ist nicht mehr als nichts.",
        ),
        "payment_below_nothing": Text(
            "Die Gutschriften von {supplier} übersteigen seine Zahlungen.",
            "Die Posten des Lieferanten {supplier} ergeben {amount}: Was er schuldet, wird "
            "nicht von anderen abgezogen.",
        ),
        "payment_differs": Text(
            "Die Zahlung beträgt {amount}, ihre Posten {owed}.",
            "Die Zahlung ergibt {amount}; alle Posten, Gutschriften abgezogen, ergeben "
            "{owed}. Teile zahlt man mit Zeilen.",
        ),
        "item_twice": Text(
            "Der Posten {item} steht zweimal in der Zahlung.",
            "Der Posten {item} steht in mehr als einer Zeile. Ein Zahlungslauf bezahlt "
            "einen Posten mit einer Zeile.",
        ),
        "item_unknown": Text(
            "Der Posten {item} ist nicht ein bekannter Beleg.",
            "Mit der Nummer {item} sind {count} zahlbare Belege bekannt; es muss genau einer sein.",
        ),
        "item_not_posted": Text(
            "Der Posten {item} ist nicht gebucht.",
            "Der Posten {item}[ ({case})] steht auf `{status}`. Bezahlt wird nur, was "
            "genehmigt und gebucht ist.",
        ),
        "item_of_other": Text(
            "Der Posten {item} hat ein anderes {field}.",
            "Der Posten {item}[ ({case})] hat ein anderes `{field}` als die Zahlung[: {found}].",
        ),
        "item_without_account": Text(
            "Nichts sagt, wohin das Geld für {item} geht.",
            "Weder die Zeile von {item}[ ({case})] noch der Kopf nennt in `pay_to` ein Konto.",
        ),
        "item_to_other_account": Text(
            "Das Geld für {item} geht auf ein anderes Konto.",
            "Das Konto gehört nicht zu denen, an die {item}[ ({case})] zu zahlen ist.",
        ),
        "item_amount_wrong": Text(
            "Der Betrag {amount} von {item} hat das falsche Vorzeichen.",
            "Von {item} werden {amount} gezahlt, offen sind {owed}. Eine Gutschrift wird "
            "mit negativem Betrag abgezogen, alles andere ist mehr als nichts.",
        ),
        "item_paid_already": Text(
            "Der Posten {item} ist schon bezahlt.",
            "Der Posten {item} über {owed} ist bezahlt oder wird es gerade[ durch {others}].",
        ),
        "item_paid_too_much": Text(
            "Auf {item} würde mehr gezahlt als geschuldet.",
            "Mit {amount} würde mehr als die {owed} von {item} gezahlt[; vorher kamen {others}].",
        ),
        "item_paid_in_part": Text(
            "Der Posten {item} wird nur zum Teil bezahlt.",
            "Auf {item} würden {amount} von {owed} gezahlt, und die Richtlinie lässt Posten"
            " nur ganz bezahlen.",
        ),
    }
)
