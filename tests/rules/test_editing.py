"""Pieces say where values stand; edits change what was meant and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.diagnostics import Diagnostics
from rules.editing.edits import Edit, EditsOverlap, apply, same_values
from rules.editing.pieces import Kind, Piece, pieces_of
from rules.reading.nodes import Mapping, Node, Scalar
from rules.reading.nodes import Sequence as List
from rules.reading.reader import read
from rules.reading.source_text import text_of
from tests.policies.sets import read_folder, set_folders

TEXT = """\
# the schedule
kind: approvals   # a matrix
rows:
  - {up_to: 10_000.00, approve: [cfo, "the ceo"]}  # small
  - above: 10_000.00
    hold: |
      ask
      first

otherwise:
"""


def scalars(piece: Piece) -> Iterator[Piece]:
    if piece.kind is Kind.SCALAR:
        yield piece
    for part in piece.parts:
        yield from scalars(part)


def all_scalars(node: Node) -> Iterator[Scalar]:
    match node:
        case Scalar():
            yield node
        case List(items):
            for item in items:
                yield from all_scalars(item)
        case Mapping(entries):
            for key, value in entries:
                yield key
                yield from all_scalars(value)


def test_a_piece_is_what_is_written_without_what_stands_around_it() -> None:
    root = pieces_of("a.yaml", TEXT)
    rows = root.get("rows")
    assert rows is not None
    first, second = rows.parts
    assert TEXT[first.start : first.end] == '{up_to: 10_000.00, approve: [cfo, "the ceo"]}'
    assert TEXT[second.start : second.end].startswith("above: 10_000.00\n")
    assert TEXT[second.start : second.end].endswith("first")
    assert rows.end == second.end
    assert [TEXT[p.start : p.end] for p in scalars(first)][-1] == '"the ceo"'
    nothing = root.get("otherwise")
    assert nothing is not None
    assert nothing.start == nothing.end


@pytest.mark.parametrize("folder", set_folders(), ids=lambda folder: folder.name)
def test_pieces_and_the_tree_agree_on_every_value_of_a_set(folder: object) -> None:
    for name, data in read_folder(folder).items():  # type: ignore[arg-type]
        found = Diagnostics()
        text = text_of(name, data, found)
        tree = read(name, data, found)
        assert text is not None
        assert tree is not None
        pieces = list(scalars(pieces_of(name, text)))
        nodes = list(all_scalars(tree))
        assert [p.text for p in pieces] == [n.text for n in nodes]
        assert [p.place for p in pieces if p.text] == [n.place for n in nodes if n.text]
        for piece in pieces:
            if piece.flow and text[piece.start : piece.end] != piece.text:
                assert text[piece.start] in "\"'" or piece.text == "", piece


@given(st.data())
def test_writing_one_value_anew_changes_that_value_alone(data: st.DataObject) -> None:
    pieces = [p for p in scalars(pieces_of("a.yaml", TEXT)) if p.flow and p.start < p.end]
    piece = data.draw(st.sampled_from(pieces))
    edited = apply(TEXT, [Edit(piece.start, piece.end, "something_else")])
    assert not same_values(TEXT.encode(), edited.encode())
    again = apply(edited, [Edit(piece.start, piece.start + 14, TEXT[piece.start : piece.end])])
    assert again == TEXT


def test_edits_may_not_meet_and_may_come_in_any_order() -> None:
    assert apply("abcdef", [Edit(4, 5, "E"), Edit(0, 1, "A"), Edit(2, 2, "-")]) == "Ab-cdEf"
    with pytest.raises(EditsOverlap):
        apply("abcdef", [Edit(0, 3, "x"), Edit(2, 4, "y")])


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("a: 10_000.00 # why\n", True),
        ("a:    10_000.00\n", True),
        ("{a: 10_000.00}\n", True),
        ("a: '10_000.00'\n", False),
        ("a: 10000.00\n", False),
        ("a: 10_000.0\n", False),
        ("a: 10_000.00\nb:\n", False),
        ("a: [10_000.00]\n", False),
        ("a: 10_000.00\na: 1\n", False),
        ("a: &x 10_000.00\n", False),
    ],
)
def test_the_guard_lets_layout_through_and_nothing_else(other: str, same: bool) -> None:
    assert same_values(b"a: 10_000.00\n", other.encode()) is same


def test_the_guard_takes_two_ways_to_quote_for_one() -> None:
    assert same_values(b"a: 'x y'\n", b'a: "x y"\n')


def test_the_guard_tells_nothing_from_an_empty_text() -> None:
    assert not same_values(b"a:\n", b'a: ""\n')
