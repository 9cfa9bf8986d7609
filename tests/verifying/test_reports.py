"""What is said of a verification: nothing of an export runs in a page or moves a cursor, and memory
does not grow with its records (F5)."""

from __future__ import annotations

import re
import tracemalloc
from html.parser import HTMLParser
from pathlib import Path

from api.verifying.page import page_of
from api.verifying.report import lines_of
from api.verifying.running import verify
from api.verifying.versions import here, verifier
from engine.verifying.heads import Outside
from tests.verifying.exports import Export, vkey

HOSTILE = "<script>alert(1)</script>\x1b[2J\u202e\n"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)


def test_nothing_of_an_export_runs_or_moves_a_cursor(export: Export, tmp_path: Path) -> None:
    def spoil(plain: dict[str, object]) -> dict[str, object]:
        texts = ("log", "made_at", "made_by", "clock", "product")
        return plain | dict.fromkeys(texts, HOSTILE) | {"control_totals": {HOSTILE: HOSTILE}}

    export.manifest = spoil
    path = export.written(tmp_path / "x.zip")
    found = verify(path, Outside(), here())
    tags = _Tags()
    tags.feed(page_of(found, HOSTILE, [vkey()], [], verifier()))
    assert tags.seen <= set(
        "html head meta title style body h1 h2 p table caption tr th td code ul li".split()
    )
    for line in lines_of(found):
        assert line.isprintable(), line


def test_the_page_says_what_a_working_paper_needs(export: Export, tmp_path: Path) -> None:
    export.lines = lambda lines: [line for line in lines if line["position"] != 3]
    found = verify(export.written(tmp_path / "x.zip"), Outside(), here())
    page = page_of(found, "x.zip", [], [], verifier())
    for said in (
        "From (log)",
        "Made by",
        "Selection",
        "position 3: the record is missing",
        "none was given",
        "Version of tzdata",
        "no key was given from outside",
        found.manifest_digest,
    ):
        assert said in page


def repeated(export: Export, times: int) -> Export:
    """The same trail again and again, each time of other cases."""
    bodies = [
        re.sub(rb'"C-0000', b'"C-%04d' % n, body) for n in range(times) for body in export.bodies
    ]
    return Export(bodies, export.contents)


def peak(path: Path) -> int:
    """Bytes at the most, while decisions are performed again."""
    tracemalloc.start()
    try:
        found = verify(path, Outside(), here())
        assert found.performed["performed_again"] == found.steps[10].count > 0
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_records(export: Export, tmp_path: Path) -> None:
    """But for an index of some hundred bytes a case."""
    few = repeated(export, 10).written(tmp_path / "few.zip")
    many = repeated(export, 40).written(tmp_path / "many.zip")
    peak(few)  # what is loaded once
    cases = 30 * 4
    assert peak(many) - peak(few) < 200_000 + 500 * cases
