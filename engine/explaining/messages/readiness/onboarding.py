"""What is said of a supplier that is taken on or changed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

ENGLISH: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "supplier_to_change_unknown": Text(
            "The supplier to change is not in the master data.",
            "The request changes a supplier that the master data do not have[: {detail}].",
        ),
        "supplier_field_missing": Text(
            "The request does not state `{field}`.",
            "The policy asks a request that takes a supplier on for `{field}`, and it states none.",
        ),
        "payment_terms_missing": Text(
            "The request states no payment terms.",
            "A request that takes a supplier on states its payment terms. Allowed are: {allowed}.",
        ),
        "payment_terms_not_allowed": Text(
            "The payment terms {terms} are not allowed.",
            "The payment terms `{terms}` are none of those that the company gives: {allowed}.",
        ),
        "sanctions_nobody_to_screen": Text(
            "There is no name to screen.",
            "The document names no supplier by which lists of sanctions could be asked.",
        ),
        "sanctions_not_screened": Text(
            "Nobody has screened {name} yet.",
            "No answer about sanctions is known of {name}[ in {country}]. No answer is not "
            "cleared.",
        ),
        "sanctions_listed": Text(
            "{name} is not cleared of sanctions.",
            "Whoever screens names did not clear {name}[ in {country}].",
        ),
        "sanctions_answer_too_old": Text(
            "The answer about sanctions of {name} is too old.",
            "The answer about {name}[ in {country}] is more than {days} days old, or nobody"
            " says from when it is.",
        ),
        "supplier_exists": Text(
            "The supplier {supplier} is there already.",
            "The request takes a supplier on under the id {supplier}, which the master data"
            " have. A change of it says `request_kind: change`.",
        ),
        "supplier_cannot_be_told": Text(
            "Nothing says whether the supplier is new.",
            "The request states nothing by which its supplier could be compared with "
            "others: no name, tax number or account.",
        ),
        "supplier_not_new": Text(
            "The supplier seems to be {supplier}.",
            "The supplier {supplier} has in common with the one of the request: {same}.",
        ),
        "supplier_requested_twice": Text(
            "{other} requests the same supplier.",
            "The request {other}[ ({case})] has in common with this one: {same}. Neither "
            "posts while both stand.",
        ),
    }
)
GERMAN: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "supplier_to_change_unknown": Text(
            "Der zu ändernde Lieferant steht nicht in den Stammdaten.",
            "Der Antrag ändert einen Lieferanten, den die Stammdaten nicht kennen[: {detail}].",
        ),
        "supplier_field_missing": Text(
            "Der Antrag nennt kein `{field}`.",
            "Die Richtlinie verlangt von einem Antrag auf Neuanlage `{field}`; er nennt es nicht.",
        ),
        "payment_terms_missing": Text(
            "Der Antrag nennt keine Zahlungsbedingungen.",
            "Ein Antrag auf Neuanlage nennt die Zahlungsbedingungen. Zulässig sind: {allowed}.",
        ),
        "payment_terms_not_allowed": Text(
            "Die Zahlungsbedingungen {terms} sind nicht zulässig.",
            "Die Zahlungsbedingungen `{terms}` gehören nicht zu denen, die das Unternehmen "
            "gewährt: {allowed}.",
        ),
        "sanctions_nobody_to_screen": Text(
            "Es gibt keinen zu prüfenden Namen.",
            "Der Beleg nennt keinen Lieferanten, nach dem Sanktionslisten gefragt werden könnten.",
        ),
        "sanctions_not_screened": Text(
            "{name} wurde noch nicht geprüft.",
            "Zu {name}[ in {country}] liegt keine Auskunft über Sanktionen vor. Keine "
            "Auskunft ist keine Freigabe.",
        ),
        "sanctions_listed": Text(
            "{name} ist nicht sanktionsfrei.",
            "Die Sanktionsprüfung hat {name}[ in {country}] nicht freigegeben.",
        ),
        "sanctions_answer_too_old": Text(
            "Die Sanktionsauskunft zu {name} ist zu alt.",
            "Die Auskunft zu {name}[ in {country}] ist mehr als {days} Tage alt, oder "
            "niemand nennt ihr Datum.",
        ),
        "supplier_exists": Text(
            "Den Lieferanten {supplier} gibt es schon.",
            "Der Antrag legt einen Lieferanten mit der Nummer {supplier} an, den die "
            "Stammdaten schon haben. Eine Änderung nennt `request_kind: change`.",
        ),
        "supplier_cannot_be_told": Text(
            "Nichts sagt, ob der Lieferant neu ist.",
            "Der Antrag nennt nichts, woran der Lieferant mit anderen verglichen werden "
            "könnte: weder Namen noch Steuernummer noch Konto.",
        ),
        "supplier_not_new": Text(
            "Der Lieferant scheint {supplier} zu sein.",
            "Der Lieferant {supplier} hat mit dem des Antrags gemeinsam: {same}.",
        ),
        "supplier_requested_twice": Text(
            "{other} beantragt denselben Lieferanten.",
            "Der Antrag {other}[ ({case})] hat mit diesem gemeinsam: {same}. Solange beide "
            "bestehen, wird keiner gebucht.",
        ),
    }
)
