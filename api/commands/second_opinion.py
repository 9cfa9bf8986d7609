"""`countersign second-opinion`: asks the matcher once more what a case file asked it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from adapters.second_opinion.asking import Opinion, SecondOpinion, Unavailable
from adapters.second_opinion.case_file import CaseFile, NoCaseFile, plain_violation, read
from adapters.store.cases import id_of
from api.commands.lint import counted
from api.commands.options import Json
from api.commands.serving import DEFAULT, Database, store_at
from api.commands.terminal import Code, Output, stop
from api.usecases.casework.second_opinion import case_file_of
from engine.opinion.rules import Violation

LARGEST: Final = 64 * 1024 * 1024

File = Annotated[Path, typer.Argument(metavar="FILE", help="The case file.")]
Case = Annotated[
    str,
    typer.Option(
        "--case",
        metavar="NUMBER",
        help="Take the file of this case out of the trail first, and write it to FILE.",
    ),
]


def second_opinion(
    file: File, case: Case = "", database: Database = DEFAULT, as_json: Json = False
) -> None:
    """Ask the matcher again what it was asked about a case on which the two engines differed.

    The file holds the rules, the facts and both answers; nothing else is read.
    """
    if case:
        _take_out(file, case, database)
    asked = _read(file)
    matcher = SecondOpinion()
    try:
        now = matcher.opinion(asked.compiled, asked.facts)
    finally:
        matcher.close()
    with Output(None) as output:
        if as_json:
            output.json(_plain(asked, now))
        else:
            _show(output, asked, now)
    if isinstance(now, Unavailable):
        raise typer.Exit(int(Code.SERVICE))
    if now.violations != asked.ours:
        raise typer.Exit(int(Code.FOUND))


def _take_out(file: Path, number: str, database: str) -> None:
    id = id_of(number)
    with store_at(database) as store, store.reading() as connection:
        text = None if id is None else case_file_of(connection, id)
    if text is None:
        raise stop(Code.SERVICE, f"error: the trail has no case file of `{number}`")
    with Output(file) as output:
        output.raw(text)


def _read(file: Path) -> CaseFile:
    try:
        with file.open("rb") as opened:
            text = opened.read(LARGEST + 1)
        if len(text) > LARGEST:
            raise NoCaseFile(f"expected at most {LARGEST} bytes, found more")
        return read(text.decode("utf-8"))
    except OSError as problem:
        why = (problem.strerror or "it cannot be read").lower()
        raise stop(Code.DOCUMENT, f"error: `{file}`: {why}") from None
    except UnicodeDecodeError:
        raise stop(Code.DOCUMENT, f"error: `{file}`: expected UTF-8, found other bytes") from None
    except NoCaseFile as problem:
        raise stop(Code.DOCUMENT, f"error: `{file}`: {problem}") from None


def _show(output: Output, asked: CaseFile, now: Opinion | Unavailable) -> None:
    rules = sum(len(ruleset.rules) for ruleset in asked.compiled.rulesets)
    facts = counted(len(asked.facts), "fact")
    output.say(f"{asked.case}: {counted(rules, 'rule')}, {facts}")
    _list(output, "the engine found", asked.ours)
    _list(output, "the matcher found", asked.theirs)
    if isinstance(now, Unavailable):
        output.say(f"asked again: {now.code}: {now.reason}", "bold red")
        return
    _list(output, "asked again, it finds", now.violations)
    agrees = now.violations == asked.ours
    verdict = "they agree now" if agrees else "the engines differ"
    output.say(verdict, "bold green" if agrees else "bold red")


def _list(output: Output, who: str, found: tuple[Violation, ...]) -> None:
    output.say(f"{who}: {'' if found else 'nothing'}".rstrip())
    for each in found:
        people = f" by {', '.join(each.persons)}" if each.persons else ""
        acts = f", acts {', '.join(map(str, each.acts))}" if each.acts else ""
        output.say(f"  {each.control}{people}{acts}")


def _plain(asked: CaseFile, now: Opinion | Unavailable) -> dict[str, object]:
    found = None if isinstance(now, Unavailable) else now.violations
    return {
        "case": asked.case,
        "engine": [plain_violation(each) for each in asked.ours],
        "matcher": [plain_violation(each) for each in asked.theirs],
        "again": None if found is None else [plain_violation(each) for each in found],
        "unavailable": now.code if isinstance(now, Unavailable) else "",
        "agrees": found == asked.ours,
    }
