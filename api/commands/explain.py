"""`countersign explain`: one decision in full, the rows that came near, and why not this person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from api.commands import options
from api.commands.decide import STYLES, Documents, plain_of
from api.commands.loading import data_of, policy_of
from api.commands.options import At, Data, In, Json, Language, Out, Policy
from api.commands.terminal import Code, Output, stop
from api.excerpts import excerpt
from api.page import page
from api.texts import plain
from api.usecases.drafts import Draft, DraftData
from api.usecases.judging import Judge, Judged
from api.usecases.submissions import UnreadableInput, submissions
from engine.decision import Comparison, Decision
from engine.documents.model import Document
from engine.explaining.explained import Explained
from engine.explaining.explanation import explain as lines_of
from engine.explaining.explanation import explained, explanation, message
from engine.explaining.messages import Family, fill
from engine.explaining.near_misses import NearMiss, Standing, near_misses, standing

MOST_ROWS: Final = 5

Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write one page of HTML to print.")
]
Id = Annotated[
    str, typer.Option("--document", metavar="ID", help="Which document, where there are several.")
]
People = Annotated[
    list[str] | None,
    typer.Option("--person", metavar="NAME", help="Say why this person is not asked, or is."),
]
Rows = Annotated[
    int, typer.Option("--rows", min=0, max=1000, help="How many of the other rows to show.")
]


@dataclass(frozen=True, slots=True)
class Case:
    """What there is to explain: a decided document with everything around it."""

    draft: Draft
    data: DraftData
    judged: Judged
    document: Document
    decision: Decision
    totals_are_partial: bool


def explain(
    documents: Documents,
    policy: Policy,
    data: Data = None,
    at: At = None,
    document: Id = "",
    person: People = None,
    rows: Rows = MOST_ROWS,
    language: In = Language.EN,
    html: Html = None,
    as_json: Json = False,
    out: Out = None,
) -> None:
    """Explain one decision in full: the rule and its text, comparisons, persons, what came near.

    Totals that the policy adds up count the documents before it in the same file only.
    """
    now = options.moment(at)
    draft = policy_of(policy)
    case = _case(draft, data_of(data, draft), documents, document, now)
    if html is not None:
        files = draft.files
        with Output(html) as output:
            output.raw(
                page(case.decision, case.document, files, str(language), case.data.names).rstrip()
            )
    missed = near_misses(
        draft.policy, case.data.data, case.document, case.decision, case.judged.given
    )[:rows]
    standings = [(name, _standing(case, name)) for name in person or ()]
    with Output(out) as output:
        if as_json:
            output.json(_plain(case, missed, standings, str(language)))
            return
        _show(output, case, missed, standings, str(language))
        if html is not None:
            output.say(f"written: {html}", "dim")


def _case(draft: Draft, data: DraftData, documents: str, wanted: str, now: datetime | None) -> Case:
    """The one document that is meant, decided; those before it count for totals."""
    judge = Judge(draft, data, now, datetime.now(UTC))
    last: Judged | None = None
    count = 0
    try:
        with submissions(documents) as found:
            for submission in found.documents:
                judged = judge.judge(submission)
                count += 1
                if not wanted or judged.name == wanted:
                    last = judged
                    if wanted:
                        break
    except UnreadableInput as problem:
        raise stop(Code.DOCUMENT, f"error: {problem}") from None
    if last is None:
        raise stop(Code.DOCUMENT, f"error: there is no document `{wanted}` in `{documents}`")
    if count > 1 and not wanted:
        message = f"there are {count} documents: say which"
        raise typer.BadParameter(message, param_hint="--document")
    if last.decision is None or last.document is None:
        lines = [f"  {error.code}: {error}" for error in last.errors]
        raise stop(Code.DOCUMENT, "error: the document cannot be accepted", *lines)
    return Case(draft, data, last, last.document, last.decision, judge.totals_are_partial)


def _standing(case: Case, name: str) -> Standing | None:
    return standing(
        case.draft.policy,
        case.data.data,
        case.document,
        case.decision,
        name,
        case.judged.given,
    )


def _show(
    output: Output,
    case: Case,
    missed: tuple[NearMiss, ...],
    standings: list[tuple[str, Standing | None]],
    language: str,
) -> None:
    decision = case.decision
    said = explained(decision, language, case.data.names)
    headings = {said.labels[name] for name in said.labels if name.startswith("heading.")}
    output.say(Text(plain(decision.document), style="bold"))
    lines = lines_of(decision, language, "full", case.data.names)
    headline, _, sentence = plain(lines[0]).partition(": ")
    output.say(Text.assemble((headline, STYLES[decision.outcome]), f": {sentence}"))
    for line in lines[1:]:
        output.say(line, "bold" if line in headings else "")
        if line == said.labels["heading.why"]:
            _show_row(output, case)
    _show_missed(output, missed, said)
    for name, found in standings:
        _show_standing(output, name, found, said)
    if case.totals_are_partial:
        output.say(said.labels["label.totals"], "dim")
    output.say(f"unactivated: {said.labels['label.unactivated']}", "dim")


def _show_row(output: Output, case: Case) -> None:
    """The text of the row that decided, with its line numbers."""
    found = excerpt(case.draft.files, case.decision.row_place)
    for number, line in enumerate(found.lines, start=found.first) if found is not None else ():
        output.say(f"  {number:>5}  {line}", "dim")


def _show_missed(output: Output, missed: tuple[NearMiss, ...], said: Explained) -> None:
    if not missed:
        return
    output.say(said.labels["heading.rows"], "bold")
    for miss in missed:
        output.say(f"  {miss.name or said.labels['label.row']} ({miss.place})")
        if miss.verdict is True:
            output.say(f"    {said.labels['row.beaten']}")
        for test in miss.failed:
            output.say(f"    {test.fact}: {_comparison(test, said)}")


def _comparison(test: Comparison, said: Explained) -> str:
    result = "undecided" if test.result is None else "true" if test.result else "false"
    return f"{test.left} {test.sign} {test.right} {said.labels[result]}"


def _show_standing(output: Output, name: str, found: Standing | None, said: Explained) -> None:
    labels = said.labels
    output.say(fill(labels["heading.person"], {"person": name}), "bold")
    if found is None:
        output.say(f"  {labels['person.unknown']}")
        return
    for line in _standing_lines(found, said):
        output.say(f"  {line}")


def _standing_lines(found: Standing, said: Explained) -> list[str]:
    labels = said.labels
    lines: list[str] = []
    if found.asked:
        lines.append(labels["person.asked"])
    for passed in found.passed:
        words = explained_code(passed.code, passed.words, said.language)
        lines.append(f"{passed.word}: {words} [{passed.code}]")
    if found.bar and not found.passed:
        lines.append(f"{explained_code(found.bar, (), said.language)} [{found.bar}]")
    if not lines:
        lines.append(labels["person.not_named"])
    held = ", ".join(found.roles) or labels["nobody.role"]
    holds = {"roles": held, "level": found.level, "limit": found.limit}
    lines.append(fill(labels["person.holds"], holds))
    return lines


def explained_code(code: str, words: tuple[tuple[str, str], ...], language: str) -> str:
    """The full text of why somebody is passed over."""
    return message(Family.PASSED, code, words, language).said("full")


def _plain(
    case: Case,
    missed: tuple[NearMiss, ...],
    standings: list[tuple[str, Standing | None]],
    language: str,
) -> dict[str, object]:
    return {
        **plain_of(case.judged),
        "explanation": explanation(case.decision, language, case.data.names),
        "other_rows": [
            {
                "row": miss.name,
                "place": str(miss.place),
                "matches": miss.verdict,
                "failed": [_plain_comparison(test) for test in miss.failed],
            }
            for miss in missed
        ],
        "persons": [_plain_standing(name, found) for name, found in standings],
    }


def _plain_comparison(test: Comparison) -> dict[str, object]:
    return {
        "fact": test.fact,
        "left": test.left,
        "sign": test.sign,
        "right": test.right,
        "result": test.result,
    }


def _plain_standing(name: str, found: Standing | None) -> dict[str, object]:
    if found is None:
        return {"name": name, "person": None}
    return {
        "name": name,
        "person": found.person,
        "asked": list(found.asked),
        "passed_over": [{"code": p.code, "word": p.word} for p in found.passed],
        "bar": found.bar,
        "roles": list(found.roles),
        "level": found.level,
        "limit": found.limit,
    }
