"""A decision in words: what was decided, who must approve by whose authority, and why.

`explain` gives lines for a terminal or a message, `explanation` the same as plain values for pages
and programs, `explained` as typed values. All say only what the decision holds: they look nothing
up and decide nothing. A code without a text is shown as the code itself; nothing here raises.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import MappingProxyType
from typing import Final, cast

from engine.decision import (
    Comparison,
    Decision,
    Finding,
    Group,
    Held,
    Outcome,
    Part,
    Passed,
    Reason,
    ReviewTask,
    Step,
)
from engine.explaining.explained import (
    Asked,
    Compared,
    Detail,
    Explained,
    ExplainedStep,
    Message,
    Missing,
    PassedOver,
    Review,
    Stop,
)
from engine.explaining.messages import Family, Text, fill
from engine.explaining.messages import fields as fields_of
from engine.explaining.messages import sentences as saying
from engine.explaining.messages.catalogues import catalogue
from engine.explaining.messages.sentences import Speaker
from engine.places import NOWHERE, Place
from engine.recording import Plain

NO_NAMES: Final[Mapping[str, str]] = MappingProxyType({})
Words = tuple[tuple[str, str], ...]


def explained(
    decision: Decision, language: str = "en", names: Mapping[str, str] = NO_NAMES
) -> Explained:
    """The decision in words. `names` are names of persons by id, where they are known."""
    texts = catalogue(language)
    say = saying.speaker(texts, names, decision.steps)
    held, refused = decision.held, decision.refused
    moment = decision.now.strftime(f"{texts.moment} %z").strip()
    return Explained(
        language=texts.language,
        outcome=str(decision.outcome),
        headline=say.phrase(f"outcome.{decision.outcome}"),
        sentence=_outcome(say, decision),
        document=decision.document,
        decided=moment,
        amount=texts.amount(decision.amount),
        rule=_rule(say, decision),
        matrix=decision.matrix,
        row=decision.row,
        row_place=_place(decision.row_place),
        steps=tuple(_step(say, step) for step in decision.steps),
        held=None if held is None else _held(say, held),
        refused=None if refused is None else _refused(say, refused),
        findings=tuple(_finding(say, finding) for finding in decision.findings),
        reviews=tuple(_review(say, review) for review in decision.reviews),
        compared=tuple(
            _compared(say, place, test, times)
            for (place, test), times in Counter(decision.compared).items()
        ),
        rates=decision.rates,
        passed_over=tuple(_passed(say, passed) for passed in decision.passed_over),
        reasons=tuple(
            _message(say, Family.REASON, reason.code, reason.words, reason.place)
            for reason in decision.reasons
        ),
        digests=(
            (say.phrase("label.document"), decision.document, decision.document_digest),
            (say.phrase("label.policy"), decision.policy, decision.policy_digest),
            (say.phrase("label.data"), "", decision.data_digest),
            (say.phrase("label.decision"), "", decision.digest),
        ),
        labels=texts.phrases,
    )


def explanation(
    decision: Decision, language: str = "en", names: Mapping[str, str] = NO_NAMES
) -> dict[str, Plain]:
    """The decision in words as plain values, for JSON; without the fixed labels."""
    plain = cast("dict[str, Plain]", _plain(explained(decision, language, names)))
    del plain["labels"]
    return plain


def explain(
    decision: Decision,
    language: str = "en",
    detail: Detail = "short",
    names: Mapping[str, str] = NO_NAMES,
) -> tuple[str, ...]:
    """The decision in lines. `short` for requester and approver, `full` for the auditor."""
    said = explained(decision, language, names)
    lines = [f"{said.headline}: {said.sentence}"]
    lines += _stop_lines(said, detail)
    for step in said.steps:
        lines.append(step.title)
        lines += _place_lines(step.places, "  ", detail)
    lines += _finding_lines(said, detail)
    if detail == "full":
        lines += _why_lines(said)
    return tuple(lines)


def message(
    family: Family, code: str, words: Words = (), language: str = "en", place: Place = NOWHERE
) -> Message:
    """One code in words, outside of a decision (a refused act, a progress)."""
    say = Speaker(catalogue(language), NO_NAMES, MappingProxyType({}))
    return _message(say, family, code, words, place)


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value


def _place(place: Place) -> str:
    return "" if place == NOWHERE else str(place)


def _outcome(say: Speaker, decision: Decision) -> str:
    if decision.outcome is not Outcome.ROUTE:
        return say.phrase(f"sentence.{decision.outcome}")
    count = sum(saying.approvals(part) for step in decision.steps for part in step.parts)
    if count == 1:
        return say.phrase("sentence.route.one")
    number = len(decision.steps)
    steps = say.phrase("steps.one" if number == 1 else "steps.many", count=str(number))
    return say.phrase("sentence.route.many", count=str(count), steps=steps)


def _rule(say: Speaker, decision: Decision) -> str:
    if not decision.matrix:
        return ""
    place = _place(decision.row_place)
    return say.phrase("line.rule", matrix=decision.matrix, row=decision.row, place=place)


def _step(say: Speaker, step: Step) -> ExplainedStep:
    name = "step" if len(step.parts) == 1 else "step.parallel"
    title = say.phrase(name, number=str(step.number))
    return ExplainedStep(step.number, title, tuple(_part(say, part) for part in step.parts))


def _part(say: Speaker, part: Part) -> Asked:
    if isinstance(part, Group):
        inner = tuple(_part(say, each) for each in part.parts)
        return Asked(-1, saying.group_sentence(say, part), "", "", "", (), (), inner)
    return Asked(
        id=part.id,
        sentence=saying.assignment_sentence(say, part),
        place=_place(part.place),
        ask=str(part.ask),
        word=part.word,
        persons=tuple(saying.assignee_text(say, assignee) for assignee in part.assignees),
        notes=saying.notes_text(say, part, full=True),
    )


def _text(say: Speaker, family: Family, code: str) -> Text | None:
    """The code's own text; for a code of the policy's own, the text of its family."""
    own = say.catalogue.text(family, code)
    if own is not None:
        return own
    general = {Family.HELD: "held_by_policy", Family.REFUSED: "refused_by_policy"}.get(family)
    return say.catalogue.text(family, general) if general else None


def _message(say: Speaker, family: Family, code: str, words: Words, place: Place) -> Message:
    text = _text(say, family, code)
    known = _known(words)
    if text is None:
        details = tuple(f"{name}: {value}" for name, value in words)
        return Message(code, code, code, _place(place), details)
    used = fields_of(text.full)
    details = tuple(f"{name}: {value}" for name, value in words if name not in used)
    return Message(code, fill(text.short, known), fill(text.full, known), _place(place), details)


def _known(words: Words) -> dict[str, str]:
    """The words by name; one that stands several times is said as a list."""
    known: dict[str, str] = {}
    for name, value in words:
        known[name] = f"{known[name]}, {value}" if name in known else value
    return known


def _held(say: Speaker, held: Held) -> Stop:
    return Stop(_message(say, Family.HELD, held.code, held.words, held.place), held.owner)


def _refused(say: Speaker, refused: Reason) -> Stop:
    words = _message(say, Family.REFUSED, refused.code, refused.words, refused.place)
    return Stop(words, "")


def _required(say: Speaker, text: str) -> str:
    """A requirement in words: of several papers of which one is enough, their names."""
    if re.fullmatch(r"any: \[\{[\w.]+: present\}(, \{[\w.]+: present\})*\]", text) is None:
        return text
    names = re.findall(r"([\w.]+): present", text)
    return f"{say.phrase('label.one_of')}: {', '.join(f'`{name}`' for name in names)}"


def _finding(say: Speaker, finding: Finding) -> Missing:
    words = (("requirement", _required(say, finding.text)),)
    return Missing(finding.text, _message(say, Family.FINDING, finding.code, words, finding.place))


def _review(say: Speaker, review: ReviewTask) -> Review:
    return Review(
        review.documents,
        _message(say, Family.REVIEW, review.code, (), review.place),
        tuple(_part(say, part) for part in review.parts),
    )


def _compared(say: Speaker, place: Place, test: Comparison, times: int) -> Compared:
    result = "undecided" if test.result is None else "true" if test.result else "false"
    text = f"{test.left} {test.sign} {test.right} {result}"
    return Compared(
        place=_place(place),
        fact=test.fact,
        left=test.left,
        sign=test.sign,
        right=test.right,
        text=text,
        result=say.phrase(result),
        times=times,
    )


def _passed(say: Speaker, passed: Passed) -> PassedOver:
    person = say.person(passed.person) if passed.person else ""
    words = _message(say, Family.PASSED, passed.code, passed.words, NOWHERE)
    word = saying.word_text(say, passed.word) if passed.word else ""
    return PassedOver(person, word, words)


def _stop_lines(said: Explained, detail: Detail) -> Iterator[str]:
    for stop in (said.held, said.refused):
        if stop is None:
            continue
        code = f" [{stop.message.code}]" if detail == "full" else ""
        at = _at(stop.message.place) if detail == "full" else ""
        yield f"  {stop.message.said(detail)}{code}{at}"
        if stop.owner:
            yield "  " + fill(said.labels["line.owner"], {"owner": stop.owner})


def _place_lines(places: tuple[Asked, ...], indent: str, detail: Detail) -> Iterator[str]:
    for place in places:
        at = _at(place.place) if detail == "full" else ""
        yield f"{indent}{place.sentence}{at}"
        for note in place.notes if detail == "full" else ():
            yield f"{indent}  {note}"
        yield from _place_lines(place.parts, indent + "  ", detail)


def _finding_lines(said: Explained, detail: Detail) -> Iterator[str]:
    for finding in said.findings:
        at = _at(finding.message.place) if detail == "full" else ""
        yield f"{finding.message.said(detail)}{at}"
    for review in said.reviews:
        yield f"{said.labels['heading.reviews']}: {review.message.said(detail)}"
        yield from _place_lines(review.places, "  ", detail)


def _why_lines(said: Explained) -> Iterator[str]:
    """What only the auditor reads: the rule, comparisons, rates, persons passed over, digests."""
    labels = said.labels
    yield labels["heading.why"]
    if said.rule:
        yield f"  {said.rule}"
    if said.amount:
        yield "  " + fill(labels["line.amount"], {"amount": said.amount})
    yield from _section("", (_told(reason) for reason in said.reasons))
    compared = (_comparison_line(said, test) for test in said.compared)
    yield from _section(labels["heading.compared"], compared)
    yield from _section(labels["heading.rates"], said.rates)
    passed = (passed_text(passed) for passed in said.passed_over)
    yield from _section(labels["heading.passed_over"], passed)
    digests = (" ".join(filter(None, digest)) for digest in said.digests)
    yield from _section(labels["heading.digests"], digests)


def _comparison_line(said: Explained, test: Compared) -> str:
    again = fill(said.labels["times"], {"times": str(test.times)}) if test.times > 1 else ""
    return f"{test.fact}: {test.text}{again}{_at(test.place)}"


def _told(message: Message) -> str:
    return f"{message.said('full')} [{message.code}]{_at(message.place)}"


def passed_text(passed: PassedOver) -> str:
    """`Rita (cfo): is the requester ... [self_approval]`, in the language of the explanation."""
    word = f" ({passed.word})" if passed.word and passed.person else ""
    who = f"{passed.person or passed.word}{word}"
    return f"{who}: {passed.message.said('full')} [{passed.message.code}]"


def _at(place: str) -> str:
    return f" ({place})" if place else ""


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    found = list(lines)
    if found and title:
        yield title
    yield from (f"  {line}" for line in found)
