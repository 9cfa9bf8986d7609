"""A comparison of two sets on a terminal, and as plain values for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from rich.text import Text

from api.commands.terminal import Output
from api.texts import plain
from api.usecases.authority_of_people import AuthorityChange, PeopleChanges
from engine.places import NOWHERE, Place
from rules.analysis.differences.model import Difference, Differences, Direction, Effect
from rules.analysis.differences.phrases import documents as documents_text
from rules.analysis.differences.phrases import listed

STYLES: Final = {
    Direction.LOOSER: "bold red",
    Direction.STRICTER: "bold green",
    Direction.DIFFERENT: "bold cyan",
}
WIDTH: Final = max(map(len, Direction))


def show_differences(output: Output, found: Differences, old: str, new: str) -> None:
    """All differences, by what they are about, looser ones first."""
    output.say(Text(f"{plain(old)} \N{RIGHTWARDS ARROW} {plain(new)}: {_summary(found)}", "bold"))
    area = None
    for each in found.found:
        if each.area != area:
            area = each.area
            output.say()
            output.say(Text(str(area), style="bold"))
        output.say(_line(each.direction, f"{each.name}: {each.says}"))
    if found.effects:
        output.say()
        output.say(Text("what schedules answer differently", style="bold"))
    for effect in found.effects:
        _show_effect(output, effect)
    _show_proofs(output, found)


def _summary(found: Differences) -> str:
    counts = Counter(each.direction for each in found.found)
    counts += Counter(each.direction for each in found.effects)
    if found.is_none and not found.rewritten:
        return "no difference"
    if found.is_none:
        return "no difference in effect"
    total = len(found.found)
    parts = [f"{counts[direction]} {direction}" for direction in Direction if counts[direction]]
    word = "difference" if total == 1 else "differences"
    text = f"{total} {word}" if total else "no difference as written"
    effects = f", {len(found.effects)} in effect" if found.effects else ""
    return f"{text}{effects} ({', '.join(parts)})" if parts else text


def _line(direction: Direction, text: str) -> Text:
    return Text.assemble("  ", (direction.ljust(WIDTH), STYLES[direction]), "  ", plain(text))


def _show_effect(output: Output, effect: Effect) -> None:
    output.say(_line(effect.direction, effect_text(effect)))
    indent = " " * (WIDTH + 4)
    output.say(f"{indent}before: {effect.before}")
    output.say(f"{indent}now:    {effect.after}")
    output.say(f"{indent}such as {effect.witness}", "dim")


def effect_text(effect: Effect) -> str:
    """Which documents an effect is about."""
    head = f"{documents_text(effect.documents)} in {listed(effect.entities)}"
    rest = ", ".join(filter(None, (effect.amounts, effect.where, effect.days)))
    return f"{head}: {rest or 'every document'}"


def _show_proofs(output: Output, found: Differences) -> None:
    if found.rewritten or found.asks_more or found.unproved:
        output.say()
    for name in found.rewritten:
        output.say(f"{name} is written differently and answers every document as before")
    for name, fact in found.asks_more:
        output.say(f"{name} asks for `{fact}` now: without it a document may be held")
    for unproved in found.unproved:
        names = f"{documents_text(unproved.documents)} in {listed(unproved.entities)}"
        output.say(f"not proved for {names}: {unproved.why}", "yellow")


def show_people(output: Output, people: PeopleChanges, moment: datetime | None) -> None:
    """Who gains, who loses, who is asked newly or no longer."""
    if not (people.authority or people.newly_asked or people.no_longer_asked):
        output.say()
        output.say("nobody gains or loses authority, or is asked newly or no longer")
        return
    output.say()
    output.say(Text(f"people{f' at {moment.isoformat()}' if moment else ''}", style="bold"))
    order = list(Direction)
    for change in sorted(people.authority, key=lambda each: order.index(each.direction)):
        output.say(_line(change.direction, authority_text(change)))
    for title, persons in (
        ("may be asked now", people.newly_asked),
        ("can no longer be asked", people.no_longer_asked),
    ):
        for person, words in persons:
            output.say(f"  {title}: {person} ({words})")


def authority_text(change: AuthorityChange) -> str:
    """`anna: 10,000.00 USD, now 12,000.00 USD, for purchase order in US01`."""
    verb = {Direction.LOOSER: "gains", Direction.STRICTER: "loses"}.get(change.direction, "has")
    where = f"for {change.documents} in {change.entities}"
    arrow = "\N{RIGHTWARDS ARROW}"
    return f"{change.person} {verb}: {change.before} {arrow} {change.after} {where}"


def plain_of(found: Differences) -> dict[str, object]:
    """All that was found, for programs."""
    return {
        "is_none": found.is_none,
        "differences": [_plain_difference(each) for each in found.found],
        "effects": [
            {
                "documents": list(effect.documents),
                "entities": list(effect.entities),
                "days": effect.days,
                "amounts": effect.amounts,
                "where": effect.where,
                "before": effect.before,
                "after": effect.after,
                "direction": str(effect.direction),
                "witness": effect.witness,
            }
            for effect in found.effects
        ],
        "rewritten": list(found.rewritten),
        "asks_more": [{"schedules": name, "fact": fact} for name, fact in found.asks_more],
        "not_proved": [
            {"documents": list(each.documents), "entities": list(each.entities), "why": each.why}
            for each in found.unproved
        ],
    }


def _plain_difference(each: Difference) -> dict[str, object]:
    return {
        "area": str(each.area),
        "name": each.name,
        "change": str(each.change),
        "direction": str(each.direction),
        "says": each.says,
        "before": each.before,
        "after": each.after,
        "old_place": _place(each.old_place),
        "new_place": _place(each.new_place),
    }


def _place(place: Place) -> str:
    return "" if place == NOWHERE else str(place)


def plain_people(people: PeopleChanges) -> dict[str, object]:
    """The same by person."""
    return {
        "authority": [
            {
                "person": change.person,
                "documents": change.documents,
                "entities": change.entities,
                "before": change.before,
                "after": change.after,
                "direction": str(change.direction),
            }
            for change in people.authority
        ],
        "newly_asked": _asked(people.newly_asked),
        "no_longer_asked": _asked(people.no_longer_asked),
    }


def _asked(persons: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"person": person, "by": words} for person, words in persons]
