"""What `countersign who-can` shows: the route, who may act by what, why nobody else, limits."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from rich.table import Table
from rich.text import Text

from api.commands.decide import code_of, plain_table, who
from api.commands.terminal import Output
from api.texts import plain, short
from api.usecases.asking import Alike, Answer, Open
from api.usecases.drafts import Draft
from api.usecases.plain_answers import why
from engine.decision import Ask, Decision, Via
from engine.documents.model import Document
from engine.explaining.explanation import explain
from engine.explaining.messages.catalogues import catalogue
from engine.explaining.who_can import Covering, Fillable, Ground, Signer, WhoCan
from engine.places import NOWHERE
from engine.routing.distinct import leaves

MOST_NAMES: Final = 12
GROUNDS: Final = {
    "role": "holds {name}",
    "level": "has the level {name}",
    "owner": "owns {name}",
    "supervisor": "is the supervisor of {name}",
    "requester": "it is his own need",
    "chain": "is next in the chain",
    "limit": "limit of {name}, {amount}",
    "delegation": "delegation {name}",
    "stand_in": "stands in for {name}",
    "acting": "acts in the position of {name}",
    "climb": "next supervisor of one who cannot act",
    "member": "votes in {name}",
    "recorder": "records the resolution of {name}",
}


def show(output: Output, draft: Draft, found: Answer | Open, names: dict[str, str]) -> None:
    output.say(_title(found.document, found.found), "bold")
    if isinstance(found, Answer):
        for line in explain(found.found.decision, "en", "short", names):
            output.say(line)
        _show_places(output, found.found, names)
        _show_others(output, found.found, names)
    else:
        _show_alike(output, found, names)
    for line in _help(draft, found):
        output.say(line, "dim")
    _show_covering(output, found, names)
    output.say()


def _help(draft: Draft, found: Answer | Open) -> Iterator[str]:
    """What to state where a fact is missing."""
    decided = [found.found.decision]
    if isinstance(found, Open):
        decided = [alike.decision for alike in found.by_requester]
    for name in dict.fromkeys(chain.from_iterable(map(_missing, decided))):
        fact = draft.policy.facts.get(name)
        if fact is not None and fact.total is not None:
            same = " and ".join(fact.total.same)
            yield f"  help: `{name}` sums documents of one {same}: state that, or the sum itself"
        else:
            yield f"  help: state it: --fact {name}=..."


def _missing(decision: Decision) -> list[str]:
    if decision.held is None or decision.held.code != "fact_missing":
        return []
    return dict(decision.held.words).get("detail", "").split(", ")


def _title(document: Document, found: WhoCan) -> str:
    amount = f" of {_amount(found.amount)}" if found.amount else ""
    at = found.decision.now.strftime("%Y-%m-%d %H:%M %z")
    return f"{document.type}{amount} in {document.entity}, {at}"


def _amount(text: str) -> str:
    """The amount as explanations write it: `12,000.00 USD`."""
    return catalogue("en").amount(text)


def _show_places(output: Output, found: WhoCan, names: dict[str, str]) -> None:
    if not found.places:
        output.say("Nobody can approve it as it stands.", "bold")
        return
    output.say("Who can act", "bold")
    table = folded(plain_table("step", "for", "who", "by"))
    for place in found.places:
        first = True
        for signer in place.signers:
            cells = (str(place.step), _asked(place)) if first else ("", "")
            table.add_row(*map(_cell, (*cells, _signer(signer, names), _grounds(signer))))
            first = False
    output.show(table)


def folded(table: Table) -> Table:
    """The table with cells that break over lines and lose nothing."""
    for column in table.columns:
        column.overflow = "fold"
    return table


def _asked(place: Fillable) -> str:
    asked = place.asked
    word = " ".join(filter(None, (asked.word, asked.object)))
    did = "" if asked.ask is Ask.APPROVE else f" ({asked.ask})"
    return f"{word}{did}" + (", by the same approval as before" if asked.already >= 0 else "")


def _signer(signer: Signer, names: dict[str, str]) -> str:
    assignee = signer.assignee
    behalf = assignee.on_behalf_of
    acts_for = "in place of" if assignee.via is Via.STAND_IN else "for"
    return named(assignee.person, names) + (
        f", {acts_for} {named(behalf, names)}" if behalf else ""
    )


def _grounds(signer: Signer) -> str:
    return "; ".join(map(ground_text, signer.grounds))


def ground_text(ground: Ground) -> str:
    """`limit of dan, 50,000.00 USD (organization.yaml:20:5)`."""
    text = GROUNDS[ground.code].format(name=ground.name, amount=_amount(ground.amount))
    return text if ground.place == NOWHERE else f"{text} ({ground.place})"


def named(person: str, names: dict[str, str]) -> str:
    """`Mia Chen (mia)`."""
    name = names.get(person, "")
    return f"{name} ({person})" if name and name != person else person


def _cell(text: str) -> Text:
    return Text(plain(text))


def _show_others(output: Output, found: WhoCan, names: dict[str, str]) -> None:
    if not found.others:
        return
    output.say("Who cannot approve it, and why", "bold")
    alike: dict[str, list[str]] = {}
    for other in found.others:
        reason = f"{why(other)} [{other.code}]"
        alike.setdefault(reason, []).append(named(other.person, names))
    for reason, people in alike.items():
        output.say(f"  {_listed(people)}: {reason}")


def _show_alike(output: Output, found: Open, names: dict[str, str]) -> None:
    output.say("Who must approve, by whose need it is (--requester tells more)", "bold")
    table = folded(plain_table("asked for by", "answer", "who"))
    for alike in found.by_requester:
        everybody = len(found.by_requester) == 1 and not found.is_cut
        asking = f"anybody ({len(alike.requesters):,})" if everybody else _requesters(alike, names)
        table.add_row(*map(_cell, (asking, *_answer(alike.decision))))
    output.show(table)
    if found.is_cut:
        output.say("  not everybody who could ask was tried")


def _requesters(alike: Alike, names: dict[str, str]) -> str:
    return _listed([named(person, names) for person in alike.requesters])


def _listed(people: list[str]) -> str:
    more = len(people) - MOST_NAMES
    shown = ", ".join(people[:MOST_NAMES])
    return f"{shown} and {more:,} more" if more > 0 else shown


def _answer(decision: Decision) -> tuple[str, str]:
    if decision.held is not None or decision.refused is not None:
        detail = dict((decision.held or decision.refused).words).get("detail", "")  # type: ignore[union-attr]
        return f"{decision.outcome}: {code_of(decision)}", short(detail, 80)
    return str(decision.outcome), who(decision)


def _show_covering(output: Output, answer: Answer | Open, names: dict[str, str]) -> None:
    found, entity = answer.found, answer.document.entity
    if not found.amount:
        output.say("No amount is compared here, so no limit counts.", "dim")
        return
    if not found.covering and not _asks_limits(answer):
        output.say("No limit is asked for by this route.", "dim")
        return
    output.say(
        f"Whose authority covers {_amount(found.amount)} in {entity}, the lowest first", "bold"
    )
    if found.covering:
        table = folded(plain_table("up to", "who", "people", "where"))
        table.columns[0].justify = "right"
        table.columns[0].no_wrap = table.columns[3].no_wrap = True
        for each in found.covering:
            table.add_row(*map(_cell, _covering_cells(each, names)))
        output.show(table)
    else:
        output.say("  nobody's")
    for lacking in found.lacking:
        output.say(f"  some limits could not be compared: {lacking.code} {lacking.detail}")


def _asks_limits(answer: Answer | Open) -> bool:
    """Whether somebody's authority was asked for; it was, too, where nobody's was enough."""
    decided = [answer.found.decision]
    if isinstance(answer, Open):
        decided = [alike.decision for alike in answer.by_requester]
    return any(
        (decision.held is not None and decision.held.code == "authority_exceeded")
        or any(passed.code == "over_limit" for passed in decision.passed_over)
        or any(
            leaf.word == "chain"
            for step in decision.steps
            for part in step.parts
            for leaf in leaves(part)
        )
        for decision in decided
    )


def _covering_cells(each: Covering, names: dict[str, str]) -> Iterator[str]:
    limit = each.limit
    yield _amount(str(limit.up_to)) if limit.up_to is not None else "any amount"
    yield " and ".join(limit.who) + " together" if limit.jointly else " or ".join(limit.who)
    shown = [named(person, names) + (f" [{code}]" if code else "") for person, code in each.people]
    yield _listed(shown)
    yield str(limit.place)
