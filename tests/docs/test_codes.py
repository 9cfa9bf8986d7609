"""Every code of the linter has a section with an example that it is reported for."""

from __future__ import annotations

import re

import pytest

from api.code_pages import PAGE, Example, content, examples, page, reports
from rules.codes import CODES
from tests.docs.test_guides import slug

EXAMPLES = examples()
WITHOUT_A_KEY = frozenset({"not-a-time"})  # no key of the language reports it yet


def test_every_code_has_an_example_and_every_example_a_code() -> None:
    assert sorted(EXAMPLES) == sorted(CODES)


@pytest.mark.parametrize("code", sorted(CODES.keys() - WITHOUT_A_KEY))
def test_an_example_is_reported_under_its_code(code: str) -> None:
    example = EXAMPLES[code]
    assert reports(code, example)
    assert example.advice.endswith(".")


def test_the_page_is_what_the_linter_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make docs`"


@pytest.mark.parametrize("code", ["gap", "never-matches", "silence", "waiver-expired"])
def test_nothing_is_reported_of_the_base_set_alone(code: str) -> None:
    assert not reports(code, Example({}, ""))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\n", b"a: 1\n"),
        ("@repeat 2 a\n", b"a\na\n"),
        ("@long 3 ab\n", b"abbb\n"),
        ("@nested 2 a\n", b"a: [[]]\n"),
        ("  - @listed 3 [|x|]\n", b"  - [x, x, x]\n"),
        ("@escaped a\\tb\\xe9\n", b"a\tb\xe9\n"),
        ("@escaped a\\u202e\n", "a\u202e\n".encode()),
        ("@absent\n", None),
        ("mail: a@repeat 3 x\n", b"mail: a@repeat 3 x\n"),
    ],
)
def test_what_a_line_of_an_example_stands_for(text: str, expected: bytes | None) -> None:
    assert content(text) == expected


def test_the_page_links_to_what_it_has() -> None:
    text = PAGE.read_text(encoding="utf-8")
    headings = {slug(heading) for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= headings
    assert set(CODES) <= headings
