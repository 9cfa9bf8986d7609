"""`countersign demo`: 2,449 real purchase orders decided, and what comes out of it."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from time import perf_counter
from typing import Annotated, Final

import typer
from rich.text import Text

from adapters.sources.university_orders import SourceRefused
from api.commands.decide import code_of, plain_table
from api.commands.lint import counted
from api.commands.loading import data_of, policy_of
from api.commands.options import In, Json, Language, Out
from api.commands.terminal import Code, Output, progress, stop
from api.texts import plain, short
from api.usecases.demonstration import (
    Decided,
    Demonstration,
    Threshold,
    Workload,
    amount_of,
    chosen,
    decide_all,
    orders_of,
    route_text,
    thresholds,
    workloads,
)
from api.usecases.drafts import Draft, DraftData
from engine.explaining.explanation import explain
from engine.recording import to_plain

BESIDE_US: Final = Path(__file__).resolve().parents[2] / "policies" / "university"
MOST_ROUTES: Final = 12
MOST_PEOPLE: Final = 8
LOOKED_AT: Final = "25000.00 USD"  # the limit whose neighbours are listed
MOST_NEAR: Final = 5

SetFolder = Annotated[
    Path,
    typer.Option("--policy", "-p", metavar="FOLDER", help="The example set, if it is elsewhere."),
]


def demo(
    policy: SetFolder = BESIDE_US,
    language: In = Language.EN,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Decide 2,449 real purchase orders with an example policy, and show what came out."""
    start = perf_counter()
    if not policy.is_dir():
        message = f"the example set is not here (`{policy}`): say where it is"
        raise typer.BadParameter(message, param_hint="--policy")
    draft = policy_of(policy)
    data = data_of(None, draft)
    try:
        orders = orders_of(draft)
    except SourceRefused as problem:
        raise stop(Code.DOCUMENT, f"error: {problem}") from None
    with progress("deciding", len(orders.documents)) as bar:
        done = decide_all(draft, data, orders, lambda: bar.advance(bar.task_ids[0]))
    seconds = perf_counter() - start
    with Output(out) as output:
        if as_json:
            output.json(_plain(draft, done))
        else:
            _show(output, draft, data, done, str(language))
            _show_end(output, draft, done, seconds)


def _show(
    output: Output, draft: Draft, data: DraftData, done: Demonstration, language: str
) -> None:
    decided = done.decided
    output.say("Purchase orders of West Virginia University, 2017 to 2021", "bold")
    output.say(
        f"{done.rows_count:,} lines, {len(decided):,} orders; {done.cancelled_count:,} lines were "
        "cancelled later and count as ordered. Each order is decided at the moment it was approved."
    )
    output.say("The orders are real. The policy, the people and the cost centers are invented.")
    for number, message in done.not_accepted:
        output.say(f"not accepted: order {number}: {message}", "red")
    for left in done.left_out:
        output.say(f"left out: order {left.order}, row {left.row}: {left.message}", "red")
    output.say()
    _show_outcomes(output, decided)
    _show_routes(output, decided)
    _show_people(output, workloads(decided), data)
    _show_thresholds(output, thresholds(draft.policy, decided))
    for title, one in chosen(decided):
        output.say(f"In full: {title}", "bold underline")
        lines = counted(len(one.document.lines), "line")
        output.say(f"{one.document.id}, {amount_of(one)}, {lines}")
        for line in explain(one.decision, language, "full", data.names):
            output.say(f"  {line}")
        output.say()


def _show_outcomes(output: Output, decided: tuple[Decided, ...]) -> None:
    counts = Counter((str(one.decision.outcome), code_of(one.decision)) for one in decided)
    table = plain_table("outcome", "because", "orders")
    table.columns[2].justify = "right"
    for (outcome, code), count in counts.most_common():
        table.add_row(outcome, code, f"{count:,}")
    output.show(table)
    output.say()


def _show_routes(output: Output, decided: tuple[Decided, ...]) -> None:
    counts = Counter(
        (one.decision.row, route_text(one.decision)) for one in decided if one.decision.steps
    )
    table = plain_table("decided by", "route", "orders")
    table.columns[2].justify = "right"
    shown = counts.most_common(MOST_ROUTES)
    for (row, route), count in shown:
        table.add_row(Text(plain(row)), Text(plain(route)), f"{count:,}")
    rest = sum(counts.values()) - sum(count for _, count in shown)
    if rest:
        table.add_row("", f"{len(counts) - len(shown)} other routes", f"{rest:,}")
    output.show(table)
    output.say()


def _show_people(output: Output, loads: list[Workload], data: DraftData) -> None:
    table = plain_table("asked most", "orders, alone", "orders, as one of several")
    table.columns[1].justify = table.columns[2].justify = "right"
    for load in loads[:MOST_PEOPLE]:
        name = f"{data.names.get(load.person, '')} ({load.person})"
        table.add_row(Text(plain(name)), f"{load.alone:,}", f"{load.shared:,}")
    output.show(table)
    output.say(f"{len(loads)} persons are asked at least once.", "dim")
    output.say()


def _show_thresholds(output: Output, found: list[Threshold]) -> None:
    table = plain_table("limit", "up to 5 % below", "up to 5 % above")
    table.columns[0].justify = table.columns[1].justify = table.columns[2].justify = "right"
    for threshold in found:
        table.add_row(threshold.text, f"{len(threshold.below):,}", f"{len(threshold.above):,}")
    output.show(table)
    for threshold in found:
        if threshold.text == LOOKED_AT:
            _show_repeated(output, threshold)
    output.say()


def _show_repeated(output: Output, threshold: Threshold) -> None:
    """Who bought just below the limit more than once from one supplier."""
    counts = Counter((one.document.supplier, one.document.buyer) for one in threshold.below)
    reviewed = sum(bool(one.decision.reviews) for one in threshold.below)
    output.say(f"Just below {threshold.text} most often ({reviewed} sent to internal audit):")
    for (supplier, buyer), count in counts.most_common(MOST_NEAR):
        output.say(f"  {count} x {short(buyer)} from {short(supplier)}")


def _show_end(output: Output, draft: Draft, done: Demonstration, seconds: float) -> None:
    output.say(f"{len(done.decided):,} orders decided in {seconds:.1f} seconds.", "bold green")
    folder = _shown_folder(draft.folder)
    output.say("Where to go next:")
    output.say(
        f"  {folder}/approvals/purchase_orders.yaml   the schedule: change a limit, run again"
    )
    program = _shown_program()
    output.say(f"  {program} lint {folder}                 what is wrong with it, if anything")
    output.say(f"  {program} test {folder}                 its tests")
    output.say(f"  {program} data check {folder}/data --policy {folder}")
    output.say("unactivated: decided with a draft, nothing was put on record", "dim")


def _shown_program() -> str:
    """How the program was called here: in a fresh clone it is not on the path."""
    called = sys.argv[0]
    return (
        called if called.endswith("/countersign") and not called.startswith("/") else "countersign"
    )


def _shown_folder(folder: Path) -> str:
    try:
        return folder.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return folder.as_posix()


def _plain(draft: Draft, done: Demonstration) -> dict[str, object]:
    decided = done.decided
    return {
        "activated": False,
        "policy": draft.policy.name,
        "policy_digest": draft.policy.digest,
        "lines": done.rows_count,
        "cancelled_lines": done.cancelled_count,
        "orders": len(decided),
        "left_out": [
            {"order": left.order, "row": left.row, "message": left.message}
            for left in done.left_out
        ],
        "not_accepted": [{"order": order, "message": why} for order, why in done.not_accepted],
        "outcomes": dict(Counter(str(one.decision.outcome) for one in decided)),
        "codes": dict(Counter(filter(None, (code_of(one.decision) for one in decided)))),
        "routes": dict(Counter(route_text(one.decision) for one in decided if one.decision.steps)),
        "near_limits": [
            {"limit": near.text, "below": len(near.below), "above": len(near.above)}
            for near in thresholds(draft.policy, decided)
        ],
        "workload": [
            {"person": load.person, "alone": load.alone, "as_one_of_several": load.shared}
            for load in workloads(decided)
        ],
        "explained": [to_plain(one.decision) for _, one in chosen(decided)],
    }
