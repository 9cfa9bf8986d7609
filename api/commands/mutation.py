"""How faults that were put into a set are shown: first those that nobody noticed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from rich.text import Text

from api.commands.lint import counted
from api.commands.terminal import Output, progress
from api.texts import plain
from api.usecases.drafts import Draft
from api.usecases.policy_testing import faults_of, hunt
from rules.mutating.hunting import Tried, Verdict

NOT_JUDGED: Final = (
    "not judged: no document was found that tells the fault apart;"
    " it may have no effect, or escape your tests"
)


def hunted(draft: Draft, only: str, limit: int | None) -> tuple[Tried, ...]:
    """What became of the faults whose place or description has the text."""
    wanted = only.casefold()
    chosen = [
        (file, fault)
        for file, fault in faults_of(draft)
        if wanted in f"{fault.place} {fault.said}".casefold()
    ][:limit]
    found = []
    with progress("faults tried", len(chosen)) as bar:
        for tried in hunt(draft, chosen):
            found.append(tried)
            bar.advance(bar.task_ids[0])
    return tuple(found)


def survivors(found: Sequence[Tried]) -> int:
    """How many faults no test noticed."""
    return sum(tried.verdict is Verdict.SURVIVED for tried in found)


def show_mutation(output: Output, found: Sequence[Tried], verbose: bool) -> None:
    """Survivors with a test that would catch each; the others as numbers, or listed."""
    for tried in found:
        if tried.verdict is Verdict.SURVIVED:
            place = Text(plain(f"{tried.fault.place}: "), "bold")
            output.say(place + Text(plain(f"{tried.fault.said}: no test noticed")))
            for line in tried.shown:
                output.say(f"    {line}", "dim")
        elif verbose:
            by = f" ({tried.by})" if tried.by else ""
            output.say(f"{tried.fault.place}: {tried.fault.said}: {tried.verdict}{by}", "dim")
    counts = Counter(tried.verdict for tried in found)
    parts = [f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict]]
    style = "bold red" if counts[Verdict.SURVIVED] else "bold green"
    if counts[Verdict.UNTOLD] and not counts[Verdict.SURVIVED]:
        style = "bold yellow"
    said = ", ".join(parts)
    output.say(f"{counted(len(found), 'fault')}" + (f": {said}" if said else ""), style)
    if counts[Verdict.UNTOLD]:
        output.say(NOT_JUDGED)


def plain_mutation(draft: Draft, found: Sequence[Tried]) -> Mapping[str, object]:
    """The same as plain values."""
    counts = Counter(tried.verdict for tried in found)
    folder: Path = draft.folder
    return {
        "activated": False,
        "folder": str(folder),
        "policy": draft.policy.name,
        "policy_digest": draft.policy.digest,
        "faults": len(found),
        "counts": {verdict.name.lower(): counts[verdict] for verdict in Verdict},
        "tried": [_plain(tried) for tried in found],
    }


def _plain(tried: Tried) -> dict[str, object]:
    place = tried.fault.place
    return {
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "change": tried.fault.said,
        "verdict": tried.verdict.name.lower(),
        "by": tried.by,
        "suggestion": list(tried.shown),
    }
