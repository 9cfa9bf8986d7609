"""What a decision was made with beside document, set and people: as a record has it, and read back.

Totals that were counted, what people had arranged on the route, where it had been silent, and since
when its places were asked. What was done on earlier documents is in
`engine/segregation/history_form.py`. `SEMANTICS` names what the words of a policy mean: it is
another one where the same set would decide differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from engine.facts.kinds import FactValue, FactValues
from engine.master_data import PersonId
from engine.money import Exact, Money, fraction_text
from engine.recording import moment_text
from engine.routing.arranging import Arrangement, Arranging
from engine.routing.asked import Asked, Begun, Moments
from engine.routing.course import Escalation, PlaceKey

SEMANTICS: Final = "1"

Plain = Mapping[str, Any]


def given_plain(given: FactValues) -> dict[str, object]:
    """Totals as they are kept: exact amounts in minor units, with their currency."""
    return {
        name: {"minor": fraction_text(Fraction(value.minor)), "currency": value.currency}
        for name, value in given.items()
        if isinstance(value, Money | Exact)
    }


def given_of(plain: Mapping[str, Mapping[str, str]]) -> dict[str, FactValue]:
    """Totals out of what was kept."""
    return {name: _amount(Fraction(of["minor"]), of["currency"]) for name, of in plain.items()}


def arrangements_plain(made: Iterable[Arrangement]) -> dict[str, object]:
    """What was arranged, as a record has it for deciding again; nothing where nothing was."""
    listed = [
        {
            "number": each.number,
            "at": moment_text(each.at),
            "kind": str(each.kind),
            "key": list(each.key),
            "by": each.by,
            "to": each.to,
        }
        for each in made
    ]
    return {"arrangements": listed} if listed else {}


def arrangements_of(body: Plain) -> tuple[Arrangement, ...]:
    """What was arranged, out of a record.

    This and what follows raise `KeyError`, `ValueError` or `TypeError` for what was not written so.
    """
    return tuple(
        Arrangement(
            each["number"],
            datetime.fromisoformat(each["at"]),
            Arranging(each["kind"]),
            _key(each["key"]),
            PersonId(each["by"]),
            PersonId(each["to"]),
        )
        for each in body.get("arrangements", ())
    )


def escalations_plain(made: Iterable[Escalation]) -> dict[str, object]:
    """Where a route was silent, as a record has it; nothing where it never was."""
    listed = [
        {
            "key": list(each.key),
            "persons": list(each.persons),
            **({} if each.at is None else {"at": moment_text(each.at)}),
        }
        for each in made
    ]
    return {"escalations": listed} if listed else {}


def escalations_of(body: Plain) -> tuple[Escalation, ...]:
    """Where a route was silent, out of a record."""
    return tuple(
        Escalation(
            _key(each["key"]),
            tuple(map(PersonId, each["persons"])),
            datetime.fromisoformat(each["at"]) if "at" in each else None,
        )
        for each in body.get("escalations", ())
    )


def moments_plain(of: Moments) -> dict[str, object]:
    """Since when places were asked, and which delegations were not known before; often nothing."""
    asked = [
        {"key": list(each.key), "persons": list(each.persons), "since": moment_text(each.since)}
        for each in of.asked
    ]
    begun = [{"delegation": b.delegation, "at": moment_text(b.at)} for b in of.begun]
    return {**({"asked_since": asked} if asked else {}), **({"begun": begun} if begun else {})}


def moments_of(body: Plain) -> Moments:
    """Since when places were asked, out of a record."""
    return Moments(
        tuple(
            Asked(
                _key(each["key"]),
                tuple(map(PersonId, each["persons"])),
                datetime.fromisoformat(each["since"]),
            )
            for each in body.get("asked_since", ())
        ),
        tuple(
            Begun(each["delegation"], datetime.fromisoformat(each["at"]))
            for each in body.get("begun", ())
        ),
    )


def _amount(minor: Fraction, currency: str) -> Money | Exact:
    is_whole = minor.denominator == 1
    return Money(minor.numerator, currency) if is_whole else Exact(minor, currency)


def _key(plain: Sequence[Any]) -> PlaceKey:
    place, word, object_, amount, number = plain
    return place, word, object_, amount, number
