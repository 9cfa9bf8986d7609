"""What would have changed, on a terminal and as plain values for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from rich.text import Text

from api.commands.decide import DRAFT_NOTE, TOTALS_NOTE, plain_table
from api.commands.terminal import Output
from api.texts import plain, short
from api.usecases.what_if.comparing import Changed, Refused
from api.usecases.what_if.seeing import Seen
from api.usecases.what_if.tally import Share, Tally
from engine.money import Money
from rules.analysis.differences.phrases import money

MOST_LISTED: Final = 12  # persons, rows
ARROW: Final = "\N{RIGHTWARDS ARROW}"


def show_tally(output: Output, tally: Tally, adds_up: bool, *, is_draft: bool = True) -> None:
    """Counts and money by kind, person and row, and the largest changed documents."""
    output.say()
    head = f"{tally.changed.count:,} of {tally.count:,} documents come out otherwise"
    output.say(Text(head, style="bold"))
    if tally.proved:
        output.say(
            f"{tally.proved:,} need no second look: every rule that may speak of them is as before"
        )
    if tally.changed.count:
        _show_shares(output, "what changes", tally.kinds)
        _show_persons(output, tally)
        _show_shares(
            output,
            "decided by",
            {f"{old} {ARROW} {new}": s for (old, new), s in tally.rows.items()},
        )
        _show_top(output, tally.top())
    if adds_up:
        output.say(TOTALS_NOTE, "dim")
    if is_draft:
        output.say(DRAFT_NOTE, "dim")


def _show_shares(output: Output, title: str, shares: Mapping[str, Share]) -> None:
    table = plain_table(title, "documents", "money")
    table.columns[1].justify = table.columns[2].justify = "right"
    ordered = sorted(shares.items(), key=lambda each: (-each[1].count, each[0]))
    for name, share in ordered[:MOST_LISTED]:
        table.add_row(Text(plain(name)), f"{share.count:,}", Text(_amounts(share)))
    output.show(table)
    _show_more(output, len(ordered))


def _show_more(output: Output, count: int) -> None:
    if count > MOST_LISTED:
        output.say(f"and {count - MOST_LISTED:,} more; --json lists all", "dim")


def _show_persons(output: Output, tally: Tally) -> None:
    table = plain_table("person", "asked more", "money", "asked less", "money")
    for column in table.columns[1:]:
        column.justify = "right"
    ordered = sorted(
        tally.persons.items(), key=lambda each: (-each[1].more.count - each[1].fewer.count, each[0])
    )
    for person, tasks in ordered[:MOST_LISTED]:
        more, fewer = tasks.more, tasks.fewer
        table.add_row(
            Text(plain(person)),
            f"{more.count:,}",
            Text(_amounts(more)),
            f"{fewer.count:,}",
            Text(_amounts(fewer)),
        )
    if ordered:
        output.show(table)
    _show_more(output, len(ordered))


def _show_top(output: Output, top: Iterable[Changed]) -> None:
    table = plain_table("document", "amount", "before", "now")
    table.columns[1].justify = "right"
    for changed in list(top)[:MOST_LISTED]:
        table.add_row(
            Text(short(changed.name, 30)),
            Text("" if changed.amount is None else money(changed.amount)),
            Text(_seen_text(changed.before)),
            Text(_seen_text(changed.after)),
        )
    output.show(table)


def _seen_text(seen: Seen) -> str:
    return short(f"{seen.outcome}: {seen.who}" if seen.who else seen.outcome, 60)


def _amounts(share: Share) -> str:
    return ", ".join(money(Money(minor, name)) for name, minor in sorted(share.amounts.items()))


def plain_tally(tally: Tally) -> dict[str, object]:
    """Every count, for programs."""
    return {
        "count": tally.count,
        "not_accepted": tally.refused_count,
        "proved_alike": tally.proved,
        "changed": _plain_share(tally.changed),
        "kinds": {kind: _plain_share(share) for kind, share in sorted(tally.kinds.items())},
        "persons": {
            person: {"more": _plain_share(tasks.more), "fewer": _plain_share(tasks.fewer)}
            for person, tasks in sorted(tally.persons.items())
        },
        "rows": [
            {"before": old, "after": new, **_plain_share(share)}
            for (old, new), share in sorted(tally.rows.items())
        ],
        "largest": [plain_changed(changed)["changed"] for changed in tally.top()],
    }


def _plain_share(share: Share) -> dict[str, object]:
    amounts = [str(Money(minor, name)) for name, minor in sorted(share.amounts.items())]
    return {"documents": share.count, "amounts": amounts}


def plain_changed(changed: Changed) -> dict[str, object]:
    """One changed document, before and after."""
    return {
        "changed": {
            "position": changed.position,
            "document": changed.name,
            "type": changed.type,
            "entity": changed.entity,
            "amount": None if changed.amount is None else str(changed.amount),
            "kinds": list(changed.kinds),
            "before": _plain_seen(changed.before),
            "after": _plain_seen(changed.after),
        }
    }


def _plain_seen(seen: Seen) -> dict[str, object]:
    return {
        "outcome": seen.outcome,
        "code": seen.code,
        "matrix": seen.matrix,
        "row": seen.row,
        "who": seen.who,
        "tasks": [{"person": person, "ask": ask} for person, ask in sorted(seen.tasks)],
        "findings": [{"code": code, "text": text} for code, text in seen.findings],
        "reviews": list(seen.reviews),
    }


def plain_refused(refused: Refused) -> dict[str, object]:
    """One document that neither set accepts."""
    errors = [
        {"code": code, "field": field, "message": message}
        for code, field, message in refused.errors
    ]
    return {
        "not_accepted": {"position": refused.position, "document": refused.name, "errors": errors}
    }
