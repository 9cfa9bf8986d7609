"""`countersign sod`: who holds conflicting duties, who could join them, what nobody can approve."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from api.commands import options
from api.commands.decide import DRAFT_NOTE, plain_table
from api.commands.lint import counted
from api.commands.loading import data_of, policy_of
from api.commands.options import At, Data, Json, Out
from api.commands.terminal import Code, Output, progress
from api.texts import plain
from api.usecases.drafts import check_people
from engine.policy import Mitigation
from engine.register.duties import Alike, Joined, Means, Stop, alike, joined_duties
from rules.diagnostics import Diagnostic, Severity

# What the checks with people report of documents that wait for somebody who is not there.
NOBODY: Final = frozenset({"unapprovable", "nobody-holds", "no-owner", "no-fallback"})
MOST_NAMED: Final = 12

Folder = Annotated[Path, typer.Argument(metavar="SET", help="The folder of the policy set.")]


def sod(
    folder: Folder,
    data: Data = None,
    at: At = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Report segregation of duties: who holds what conflicts, who could join it, and how.

    Ends with 1 where somebody holds conflicting duties, can join some without being stopped, may be
    two persons, or where nobody can approve a document.
    """
    now = options.moment(at)
    if now is None:
        raise typer.BadParameter("the report is of one moment: say which", param_hint="--at")
    draft = policy_of(folder)
    loaded = data_of(data, draft)
    found = joined_duties(draft.policy, loaded.data, now)
    same = alike(loaded.data, now)
    with progress("matrices and entities", None) as bar:
        nobody = [
            each
            for each in check_people(
                draft.policy,
                loaded.data,
                now,
                lambda done, total: bar.update(bar.task_ids[0], completed=done, total=total),
            )
            if each.code in NOBODY
        ]
    with Output(out) as output:
        if as_json:
            output.json(_plain(found, same, nobody, now))
        else:
            _show(output, found, same, nobody, dict(loaded.names))
    if _matters(found, same, nobody):
        raise typer.Exit(int(Code.FOUND))


def _matters(found: Iterable[Joined], same: Iterable[Alike], nobody: Iterable[Diagnostic]) -> bool:
    return (
        any(each.is_held or each.stop is not Stop.BLOCKED for each in found)
        or any(True for _ in same)
        or any(each.severity is Severity.ERROR for each in nobody)
    )


def _show(
    output: Output,
    found: tuple[Joined, ...],
    same: tuple[Alike, ...],
    nobody: list[Diagnostic],
    names: dict[str, str],
) -> None:
    held = [each for each in found if each.is_held]
    could = [each for each in found if not each.is_held]
    _show_joined(output, f"Holds conflicting duties: {counted(len(held), 'case')}", held, names)
    _show_joined(output, f"Could join them: {counted(len(could), 'case')}", could, names)
    output.say(f"May be one person: {counted(len(same), 'pair')}", "bold")
    for pair in same:
        output.say(f"  {pair.first} and {pair.second} share a {pair.by}")
    output.say(f"Nobody can approve: {counted(len(nobody), 'report')}", "bold")
    for each in nobody:
        for line in str(each).splitlines():
            output.say(f"  {line}")
    output.say(DRAFT_NOTE, "dim")


def _show_joined(output: Output, title: str, found: list[Joined], names: dict[str, str]) -> None:
    """Persons who come to both duties alike stand in one line."""
    output.say(title, "bold")
    if not found:
        return
    alike_ways: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for each in found:
        key = (each.conflict.name, _ways(each.first), _ways(each.second), _stopped(each))
        more = f", logins {', '.join(each.logins)}" if each.logins else ""
        alike_ways[key].append(f"{names.get(each.person, each.person)} ({each.person}{more})")
    table = plain_table("conflict", "who", "first duty", "second duty", "stopped")
    for (conflict, first, second, stopped), people in alike_ways.items():
        who = "; ".join(people[:MOST_NAMED])
        left = len(people) - MOST_NAMED
        cells = (conflict, f"{who} and {left} more" if left > 0 else who, first, second, stopped)
        table.add_row(*(Text(plain(cell)) for cell in cells))
    output.show(table)


def _ways(means: Iterable[Means]) -> str:
    return "; ".join(f"{each.kind.replace('_', ' ')} {each.detail}" for each in means)


def _stopped(each: Joined) -> str:
    if each.stop is Stop.MITIGATED:
        return "; ".join(map(_mitigation, each.mitigations))
    return {Stop.BLOCKED: "blocked", Stop.WARNED: "only warned"}[each.stop]


def _mitigation(each: Mitigation) -> str:
    cap = f" up to {each.cap}" if each.cap is not None else ""
    return f"let through by {each.name}{cap} until {each.until}, monitor {each.monitor}"


def _plain(
    found: Iterable[Joined],
    same: Iterable[Alike],
    nobody: Iterable[Diagnostic],
    now: datetime,
) -> dict[str, object]:
    return {
        "activated": False,
        "at": now.isoformat(),
        "duties": [_plain_joined(each) for each in found],
        "alike": [{"persons": [pair.first, pair.second], "by": pair.by} for pair in same],
        "nobody": [
            {
                "code": each.code,
                "severity": str(each.severity),
                "place": str(each.place),
                "message": each.message,
            }
            for each in nobody
        ],
    }


def _plain_joined(each: Joined) -> dict[str, object]:
    return {
        "conflict": each.conflict.name,
        "risk": each.conflict.risk,
        "on": each.conflict.on,
        "person": each.person,
        "logins": list(each.logins),
        "is_held": each.is_held,
        "duties": {
            name: [{"kind": one.kind, "detail": one.detail} for one in means]
            for name, means in zip(each.conflict.duties, (each.first, each.second), strict=True)
        },
        "stop": str(each.stop),
        "mitigations": [
            {
                "name": one.name,
                "cap": None if one.cap is None else str(one.cap),
                "until": one.until.isoformat(),
                "monitor": one.monitor,
            }
            for one in each.mitigations
        ],
    }
