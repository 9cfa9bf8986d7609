"""The page of a decision: complete, self-contained, well-formed, and safe with hostile text."""

import re
from datetime import UTC, datetime

import html5lib
import pytest

from api.excerpts import MOST_LINES, excerpt
from api.page import page
from api.texts import plain, short
from engine.decision import (
    Assignee,
    Assignment,
    Comparison,
    Decision,
    Finding,
    Group,
    Held,
    Outcome,
    Passed,
    Reason,
    ReviewTask,
    Step,
)
from engine.documents.model import Document, Line
from engine.master_data import PersonId
from engine.money import Money
from engine.places import Place

ROW = Place("approvals/us.yaml", 2, 3)
FILES = {
    "approvals/us.yaml": b"rows:\n  - up_to: 10_000.00\n    approve: mia\n  - above: 10_000.00\n"
}
NOW = datetime(2027, 3, 15, 13, 0, tzinfo=UTC)


def decision(text: str, outcome: Outcome = Outcome.ROUTE) -> Decision:
    """A decision with every kind of content, and the text wherever a text may stand."""
    words = (("detail", text), ("other", text))
    who = Assignment(
        0,
        text,
        (Assignee(PersonId(text)),),
        ROW,
        object=text,
        amount=text,
        as_=text,
        notes=(text,),
    )
    return Decision(
        outcome=outcome,
        now=NOW,
        document=text,
        document_digest=text,
        policy=text,
        policy_digest=text,
        data_digest=text,
        matrix=text,
        row=text,
        row_place=ROW,
        amount=text,
        steps=(Step(1, (Group(1, (who, who)),)),),
        findings=(Finding(text, text, Place(text, 1, 1)),),
        reviews=(ReviewTask(text, text, (who,), ROW),),
        held=Held(text, words, ROW, text),
        refused=Reason(text, ROW, words),
        reasons=(Reason(text, ROW, words),),
        compared=((ROW, Comparison(text, text, text, text, None)),),
        passed_over=(Passed(PersonId(text), text, text, words),),
        rates=(text,),
        digest=text,
    )


def document(text: str) -> Document:
    line = Line(1, Money(100, "USD"), description=text, category=text, cost_center=text)
    return Document(
        type=text,
        id="D-1",
        number=text,
        title=text,
        entity=text,
        requester=text,
        supplier=text,
        currency="USD",
        submitted_at=NOW,
        lines=(line,),
    )


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    "]]><!--",
    "javascript:alert(1)",
)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str, language: str) -> None:
    files = {"approvals/us.yaml": f"a\n  - {text}\n".encode()}
    html = page(decision(text), document(text), files, language, {text: text})
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    assert not tree.findall(".//script")
    assert not tree.findall(".//img")
    for element in tree.iter():
        if isinstance(element.tag, str):
            assert not [name for name in element.attrib if name.startswith("on")]
    assert text in "".join(tree.itertext())


def test_what_cannot_be_seen_is_written_out() -> None:
    html = page(decision("a\u202eb\x1b[31mc\x00d"))
    assert "a\\u202eb\\x1b[31mc\\x00d" in html
    assert "\u202e" not in html
    assert "\x1b" not in html


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    html = page(decision("x"), document("x"), FILES)
    assert not re.search(r"(?:src|href|action)\s*=|url\(|@import|<script|<link|https?:", html)
    assert "default-src 'none'" in html


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize(("language", "word"), [("en", "Why"), ("de", "Warum")])
def test_the_page_is_well_formed_in_every_language(
    outcome: Outcome, language: str, word: str
) -> None:
    html = page(decision("x", outcome), document("x"), FILES, language)
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(html)
    assert tree.attrib["lang"] == language
    assert word in [heading.text for heading in tree.findall(".//h2")]
    assert len(tree.findall(".//h1")) == 1


def test_the_page_shows_the_row_that_decided() -> None:
    html = page(decision("x"), None, FILES)
    assert "- up_to: 10_000.00" in html
    assert "approve: mia" in html
    assert "above: 10_000.00" not in html


def test_a_draft_says_so_and_an_activated_set_does_not() -> None:
    assert "has not been activated" in page(decision("x"))
    assert "has not been activated" not in page(decision("x"), is_activated=True)


def test_an_excerpt_ends_with_its_item_and_is_bounded() -> None:
    found = excerpt(FILES, ROW)
    assert found is not None
    assert found.lines == ("- up_to: 10_000.00", "  approve: mia")
    many = {"a.yaml": b"- a:\n" + b"    b: c\n" * 50}
    cut = excerpt(many, Place("a.yaml", 1, 1))
    assert cut is not None
    assert (len(cut.lines), cut.is_cut) == (MOST_LINES, True)


@pytest.mark.parametrize("place", [Place("none.yaml", 1, 1), Place("approvals/us.yaml", 99, 1)])
def test_there_is_no_excerpt_of_what_is_not_at_hand(place: Place) -> None:
    assert excerpt(FILES, place) is None


def test_texts_are_made_plain() -> None:
    assert plain("Zürich – ok") == "Zürich – ok"  # noqa: RUF001
    assert plain("a\nb\t\x1b]0;x\x07") == "a\\nb\\t\\x1b]0;x\\x07"
    assert short("x" * 80) == "x" * 59 + "…"
