"""A text says what it shall say after the edits, and what stays the same stays as it is."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.places import NOWHERE
from rules.diagnostics import Diagnostics
from rules.editing.edits import apply, values
from rules.editing.flow import as_written, flow, is_plain, read_flow, word
from rules.editing.pieces import pieces_of
from rules.editing.rewriting import list_edits, value_edits, values_of
from rules.reading.nodes import Mapping, Node, Scalar, Sequence
from rules.reading.reader import read
from tests.policies.sets import read_folder, set_folders

FILES: Final = {
    f"{folder.name}/{name}": data.decode()
    for folder in set_folders()
    for name, data in read_folder(folder).items()
}
TEXTS: Final = st.one_of(
    st.sampled_from(
        ["cfo", "10_000.00", "a, b", "yes", "x: y", "#no", "", " ", "- a", "it's", "é"]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Cf"]), max_size=8),
)
TREES: Final = st.recursive(
    TEXTS.map(word),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda n: Sequence(tuple(n), NOWHERE)),
        st.dictionaries(st.sampled_from(["any", "up_to", "a-b"]), inner, min_size=1).map(
            lambda n: Mapping(tuple((word(k), v) for k, v in n.items()), NOWHERE)
        ),
    ),
    max_leaves=4,
)


def tree_of(text: str) -> Node:
    found = Diagnostics()
    node = read("a.yaml", text.encode(), found)
    assert node is not None, found.render()
    assert not found.has_errors, found.render()
    return node


def rewritten(text: str, after: Node) -> str:
    return apply(text, value_edits(text, pieces_of("a.yaml", text), after))


def changed(draw: st.DrawFn, node: Node) -> Node:
    """The tree with something else somewhere."""
    match node:
        case Sequence(items) if items and draw(st.integers(0, 3)):
            at = draw(st.integers(0, len(items) - 1))
            new: tuple[Node, ...] = draw(
                st.sampled_from(((), (changed(draw, items[at]),), (items[at], draw(TREES))))
            )
            return Sequence((*items[:at], *new, *items[at + 1 :]), node.place)
        case Mapping(entries) if entries and draw(st.integers(0, 3)):
            at = draw(st.integers(0, len(entries) - 1))
            key, value = entries[at]
            new_key = word(f"new_{draw(st.uuids(version=4)).hex[:6]}")
            pairs: tuple[tuple[Scalar, Node], ...] = draw(
                st.sampled_from(
                    (
                        (),
                        ((key, changed(draw, value)),),
                        ((new_key, value),),
                        ((key, value), (new_key, draw(TREES))),
                        ((new_key, draw(TREES)), (key, value)),
                    )
                )
            )
            return Mapping((*entries[:at], *pairs, *entries[at + 1 :]), node.place)
    return draw(TREES)


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, Node]:
    text = FILES[draw(st.sampled_from(sorted(FILES)))]
    node = tree_of(text)
    for _ in range(draw(st.integers(1, 3))):
        node = changed(draw, node)
    return text, as_written(node)


@given(TREES)
def test_what_is_written_on_one_line_reads_back_the_same(node: Node) -> None:
    again = read_flow(flow(node))
    if isinstance(again, str):  # a text of nothing but what cannot be written
        assert flow(node) == '""' or not flow(node).isprintable()
        return
    assert values(again) == values(as_written(node))


@given(changes())
def test_after_the_edits_a_text_says_what_was_meant(change: tuple[str, Node]) -> None:
    text, after = change
    assert values(tree_of(rewritten(text, after))) == values(after)


@pytest.mark.parametrize("name", sorted(FILES))
def test_nothing_is_edited_where_nothing_changes(name: str) -> None:
    text = FILES[name]
    root = pieces_of(name, text)
    assert values_of(text, root) == values(tree_of(text))
    assert value_edits(text, root, tree_of(text)) == []


TEXT: Final = """\
rows:
  # for little
  - {up_to: 5.00, approve: cfo}   # small

  # for more
  - above: 5.00   # not five itself
    approve:
      - cfo       # first
      - ceo
    hold: x
"""


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("above: 5.00", "from: 5.00", TEXT.replace("above", "from")),
        ("up_to: 5.00", "up_to: 6.00", TEXT.replace("up_to: 5.00", "up_to: 6.00")),
        ("      - ceo\n", "", TEXT.replace("      - ceo\n", "")),
        (
            "      - ceo\n",
            "      - ceo\n      - [cto]\n",
            TEXT.replace("- ceo\n", "- ceo\n      - [cto]\n"),
        ),
        ("    hold: x\n", "", TEXT.replace("    hold: x\n", "")),
        ("up_to: 5.00, ", "", TEXT.replace("up_to: 5.00, ", "")),
        (", approve: cfo}", ", approve: cfo, code: z}", TEXT.replace(": cfo}", ": cfo, code: z}")),
    ],
)
def test_comments_and_layout_stay(before: str, after: str, expected: str) -> None:
    assert rewritten(TEXT, tree_of(TEXT.replace(before, after))) == expected


def rows(text: str, *items: tuple[int | None, str | None]) -> str:
    root = pieces_of("a.yaml", text)
    tree = tree_of(text)
    assert isinstance(tree, Mapping)
    piece, node = root.get("rows"), tree.get("rows")
    assert piece is not None
    assert isinstance(node, Sequence)
    wanted = []
    for index, written in items:
        item = (
            node.items[index] if index is not None and written is None else read_flow(written or "")
        )
        assert not isinstance(item, str)
        wanted.append((index, item))
    return apply(text, list_edits(text, piece, wanted))


def test_a_row_goes_with_its_own_comment() -> None:
    assert rows(TEXT, (0, None)) == TEXT[: TEXT.index("\n\n") + 1]
    assert rows(TEXT, (1, None)) == "rows:\n" + TEXT[TEXT.index("  # for more") :]


def test_a_comment_that_heads_several_rows_stays() -> None:
    text = "rows:\n  # level 1\n  - {a: 1}\n  - {a: 2}\n  # level 2\n  - {a: 3}\n  - {a: 4}\n"
    assert rows(text, (1, None), (2, None), (3, None)) == text.replace("  - {a: 1}\n", "")
    assert rows(text, (0, None), (1, None), (3, None)) == text.replace("  - {a: 3}\n", "")


def test_a_new_row_looks_like_its_neighbour() -> None:
    new = "{above: 9.00, hold: no}"
    assert rows(TEXT, (0, None), (1, None), (None, new)) == (
        f"{TEXT}\n  - above: 9.00\n    hold: no\n"
    )
    assert rows(TEXT, (0, None), (None, new), (1, None)) == (
        TEXT.replace("# small\n", f"# small\n\n  - {new}\n")
    )
    assert rows(TEXT, (None, new), (0, None), (1, None)) == (
        TEXT.replace("  # for little", f"  - {new}\n\n  # for little")
    )


@pytest.mark.parametrize("text", ["a, b", "x: y", "#x", "- x", "{x", "x #y", "@x", "&x", "x\ny"])
def test_a_text_that_would_be_read_otherwise_is_quoted(text: str) -> None:
    assert not is_plain(text)
    assert flow(word(text)).startswith('"')
