"""`countersign splitting`: documents that each stay below a limit and together do not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.sources.university_orders import SourceRefused
from api.commands.decide import plain_table
from api.commands.lint import counted
from api.commands.loading import data_of, policy_of
from api.commands.options import Data, Json, Out
from api.commands.serving import DEFAULT, Database, failures, store_at
from api.commands.terminal import Code, Output, stop
from api.texts import short
from api.usecases.reports.looked_at import LookedAt, of_file, of_store
from api.usecases.reports.splitting import (
    Around,
    Likely,
    Shared,
    Splitting,
    Threshold,
    by_facts,
    by_total,
    net,
    thresholds_of,
)
from api.usecases.submissions import UnreadableInput
from engine.documents.model import Document
from engine.errors import MoneyError
from engine.master_data import MasterData
from engine.money import Money, decimal_text, parse_amount
from engine.policy import PolicySet
from engine.quoting import quoted, suggestion

MOST_SHOWN: Final = 50

File = Annotated[
    str | None,
    typer.Argument(
        metavar="[DOCUMENTS]", help="JSON, JSON lines or a table of orders; else the store's cases."
    ),
]
Policy = Annotated[
    str, typer.Option("--policy", "-p", metavar="FOLDER", help="The policy set, for a file.")
]
Same = Annotated[
    str, typer.Option("--same", metavar="FACTS", help="Facts that alike documents share.")
]
Below = Annotated[
    list[str] | None,
    typer.Option("--below", metavar="AMOUNT", help="Each less than this; together not."),
]
UpTo = Annotated[
    list[str] | None,
    typer.Option("--up-to", metavar="AMOUNT", help="Each at most this; together more."),
]
Currency = Annotated[str, typer.Option("--currency", metavar="CODE", help="Of the limits.")]
TotalName = Annotated[
    str, typer.Option("--total", metavar="NAME", help="A total of the set, instead of --same.")
]
Cancelled = Annotated[
    bool,
    typer.Option(
        "--with-cancelled/--without-cancelled",
        help="Cancelled lines of a table, and cases that were withdrawn, rejected or refused.",
    ),
]


def splitting(
    documents: File = None,
    policy: Policy = "",
    data: Data = None,
    database: Database = DEFAULT,
    same: Same = "supplier,day,buyer",
    below: Below = None,
    up_to: UpTo = None,
    currency: Currency = "",
    total: TotalName = "",
    with_cancelled: Cancelled = True,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Report documents that stay below a limit one by one and reach it together.

    Limits are those of the set's matrices where none is said. Ends with 1 where something is found.
    """
    shared = _shared(same)
    rules, people, found = _looked_at(documents, policy, data, database, with_cancelled)
    limits = _limits(rules, below, up_to, currency)
    if total:
        _check_total(rules, total)
        report = by_total(rules, people, found.documents, total, limits)
    else:
        report = by_facts(rules, people, found.documents, shared, limits)
    with Output(out) as output:
        if as_json:
            output.json(_plain(report, found, with_cancelled))
        else:
            _show(output, report, found, with_cancelled)
    if any(each.likely for each in report.around):
        raise typer.Exit(int(Code.FOUND))


def _looked_at(
    documents: str | None, policy: str, data: Data, database: str, with_cancelled: bool
) -> tuple[PolicySet, MasterData, LookedAt]:
    if documents is None:
        if policy:
            message = "a set is for a file of documents; a store has its own in force"
            raise typer.BadParameter(message, param_hint="--policy")
        with store_at(database) as store, failures():
            current, found = of_store(store, with_cancelled=with_cancelled)
        return current.policy, current.data, found
    if not policy:
        message = "documents are read with a policy set: say its folder"
        raise typer.BadParameter(message, param_hint="--policy")
    draft = policy_of(Path(policy))
    loaded = data_of(data, draft)
    try:
        return draft.policy, loaded.data, of_file(documents, draft, with_cancelled=with_cancelled)
    except (UnreadableInput, SourceRefused) as problem:
        raise stop(Code.DOCUMENT, f"error: {problem}") from None


def _shared(text: str) -> tuple[Shared, ...]:
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in list(Shared):
            message = f"no fact is called {quoted(name)}{suggestion(name, list(Shared))}"
            known = ", ".join(Shared)
            raise typer.BadParameter(f"{message}; known are {known}", param_hint="--same")
    return tuple(dict.fromkeys(map(Shared, names)))


def _limits(
    policy: PolicySet, below: list[str] | None, up_to: list[str] | None, currency: str
) -> tuple[Threshold, ...]:
    """The limits that were said, or those of the set; in one currency."""
    if not currency:
        known = sorted({each.currency for each in policy.organization.entities.values()})
        if len(known) != 1:
            message = f"the set has entities with {', '.join(known)}: say which currency"
            raise typer.BadParameter(message, param_hint="--currency")
        currency = known[0]
    said = [
        Threshold(_amount(text, currency, hint), hint == "--up-to")
        for hint, texts in (("--below", below), ("--up-to", up_to))
        for text in texts or ()
    ]
    limits = tuple(said) or thresholds_of(policy, currency)
    if not limits:
        message = f"the set has no limit in {quoted(currency)}: say one"
        raise typer.BadParameter(message, param_hint="--below")
    return limits


def _amount(text: str, currency: str, hint: str) -> Money:
    try:
        found = parse_amount(text.replace("_", ""), currency)
    except MoneyError as problem:
        raise typer.BadParameter(str(problem), param_hint=hint) from None
    if found.minor <= 0:
        message = f"expected an amount above zero, found {quoted(text)}"
        raise typer.BadParameter(message, param_hint=hint)
    return found


def _check_total(policy: PolicySet, name: str) -> None:
    totals = sorted(fact.name for fact in policy.facts.values() if fact.total is not None)
    if name not in totals:
        message = f"the set declares no total {quoted(name)}{suggestion(name, totals)}"
        raise typer.BadParameter(message, param_hint="--total")


def _show(output: Output, report: Splitting, found: LookedAt, with_cancelled: bool) -> None:
    for line in found.left_out:
        output.say(f"left out: {line}", "red")
    table = plain_table("limit", "5 % under", "5 % over", "likely split", "beside a larger one")
    for column in table.columns:
        column.justify = "right"
    for each in report.around:
        beside = len(each.likely) - len(each.alone)
        counts = (len(each.under), len(each.over), len(each.alone), beside)
        table.add_row(_limit(each.threshold), *(f"{count:,}" for count in counts))
    output.show(table)
    for each in report.around:
        _show_groups(output, each)
    cancelled = "counted" if with_cancelled else "left out"
    output.say(
        f"{counted(report.looked_at, 'document')} looked at, what was cancelled is {cancelled}; "
        f"{report.lacking:,} lack a fact that has to be the same, "
        f"{report.foreign:,} are in another currency",
        "dim",
    )


def _show_groups(output: Output, around: Around) -> None:
    if not around.likely:
        return
    output.say()
    output.say(f"{_limit(around.threshold)}:", "bold")
    for likely in around.likely[:MOST_SHOWN]:
        why = ", ".join(f"{name} {short(value)}" for name, value in likely.why)
        parts = " + ".join(f"{short(one.id)} {_net(one)}" for one in likely.documents)
        beside = f"; beside {len(likely.beyond)} beyond it" if likely.beyond else ""
        output.say(f"  {why}: {parts} = {_together(likely)}{beside}")
    left = len(around.likely) - MOST_SHOWN
    if left > 0:
        output.say(f"  and {left:,} more; --json has all")


def _limit(threshold: Threshold) -> str:
    word = "up to" if threshold.is_inside else "below"
    return f"{word} {decimal_text(threshold.limit.minor, threshold.limit.currency)}"


def _net(document: Document) -> str:
    return decimal_text(net(document), document.currency)


def _together(likely: Likely) -> str:
    return str(likely.together)


def _plain(report: Splitting, found: LookedAt, with_cancelled: bool) -> dict[str, object]:
    return {
        "documents": report.looked_at,
        "lacking": report.lacking,
        "in_another_currency": report.foreign,
        "with_cancelled": with_cancelled,
        "left_out": list(found.left_out),
        "limits": [
            {
                "limit": str(each.threshold.limit),
                "is_inside": each.threshold.is_inside,
                "under": len(each.under),
                "over": len(each.over),
                "likely": len(each.alone),
                "beside_larger": len(each.likely) - len(each.alone),
                "groups": [_plain_group(likely) for likely in each.likely],
            }
            for each in report.around
        ],
    }


def _plain_group(likely: Likely) -> dict[str, object]:
    return {
        "same": dict(likely.why),
        "documents": [{"id": one.id, "net": _net(one)} for one in likely.documents],
        "together": _together(likely),
        "beyond": [{"id": one.id, "net": _net(one)} for one in likely.beyond],
    }
