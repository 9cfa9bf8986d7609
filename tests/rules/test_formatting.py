"""The formatter moves what is written and changes none of it."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import Final

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.places import NOWHERE
from rules.diagnostics import Diagnostics
from rules.editing.edits import same_values
from rules.formatting import formatter
from rules.formatting.formatter import NoPolicyFile, WouldChange, formatted
from rules.formatting.layout import comments_of
from rules.loading import load_set
from rules.reading.nodes import Mapping, Node, Scalar, Sequence
from rules.reading.reader import read
from rules.reading.source_text import text_of
from tests.policies.sets import POLICIES, ROOT, read_folder
from tests.rules.mutations import changed
from tests.rules.scribe import Scribe, is_writable

FAMILIES: Final = ROOT / "tests" / "policies" / "families"
PLACE: Final = re.compile(r" ?(?:\S+\.yaml:)?[0-9]+:[0-9]+")
KIND: Final = (Scalar("kind", False, NOWHERE), Scalar("approvals", False, NOWHERE))


def once(text: str) -> str:
    found = Diagnostics()
    after = formatted("a.yaml", text.encode(), found)
    assert after is not None, found.render()
    return after.decode()


def laid(text: str) -> str:
    """The layout of a file that holds this text below its kind."""
    head = "kind: approvals\n"
    return once(head + text).removeprefix(head)


EXAMPLES: Final = {
    "spaces at ends of lines and empty lines": ("a: 1  \n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"),
    "line ends": ("a: 1\r\nb: 2", "a: 1\nb: 2\n"),
    "after a colon": ("a:   1\nb :  {c:  2}\n", "a: 1\nb: {c: 2}\n"),
    "in brackets": ("a: [ x,y ,  z ]\nb: { c: 1,d: 2 }\n", "a: [x, y, z]\nb: {c: 1, d: 2}\n"),
    "nothing after a colon": ("a: { b: , c: }\n", "a: {b: , c: }\n"),
    "a list below its key": ("a:\n- 1\n-    b: 2\n     c: 3\n", "a:\n  - 1\n  - b: 2\n    c: 3\n"),
    "lists in lists": ("a:\n   -   - 1\n       - 2\n", "a:\n  - - 1\n    - 2\n"),
    "deep indentation": ("a:\n     b:\n       c: 1\n", "a:\n  b:\n    c: 1\n"),
    "a value on a line of its own": ("a:\n      b\nc:\n {d: 1}\n", "a:\n  b\nc:\n  {d: 1}\n"),
    "a comment beside": ("a: 1 # x\nb: 2     # y\n", "a: 1  # x\nb: 2     # y\n"),
    "comments in one column": (
        "a: 1   # x\nbcd: 2 # y\n       # z\n",
        "a: 1    # x\nbcd: 2  # y\n        # z\n",
    ),
    "comments in one column that move": (
        "a:\n- b: 1   # x\n- cde: 2 # y\n",
        "a:\n  - b: 1    # x\n  - cde: 2  # y\n",
    ),
    "comments alone": (
        "# top\na:\n# of b\n- b: 1\n  # in b\n\n# of c\nc: 2\n# end\n",
        "# top\na:\n  # of b\n  - b: 1\n    # in b\n\n# of c\nc: 2\n# end\n",
    ),
    "columns of values": ("a:\n   b:    1\n   cde:  2\n", "a:\n  b:    1\n  cde:  2\n"),
    "columns in brackets": (
        "a:\n- {b: 1,   c:  10}\n- {b: 200, c: 200}\n",
        "a:\n  - {b: 1,   c:  10}\n  - {b: 200, c: 200}\n",
    ),
    "no column": ("a: {b: 1,    c: 2}\nd: [1]\n", "a: {b: 1, c: 2}\nd: [1]\n"),
    "brackets over lines": (
        "a:\n- { b: 1,\n    c: [2,\n        3] }\n",
        "a:\n  - {b: 1,\n     c: [2,\n         3]}\n",
    ),
    "a block text": (
        "a:\n- b: |  \n      x  \n       y\n\n\n# z\nc: 1\n",
        "a:\n  - b: |\n      x  \n       y\n\n# z\nc: 1\n",
    ),
    "a block text with its own indentation": (
        "a:\n- |1\n   x\n  y\n",
        "a:\n  - |1\n     x\n    y\n",
    ),
    "a block text that keeps line ends": ("a: |+\n x\n\n\n\nb: 1\n", "a: |+\n  x\n\n\n\nb: 1\n"),
    "a comment after a block text": (
        "a:\n    b: |\n        x\n    # y\n",
        "a:\n  b: |\n    x\n  # y\n",
    ),
    "a text over lines": ("a: x\n      y  \n z\nb: 1\n", "a: x\n      y\n  z\nb: 1\n"),
    "digits with a comma": ("a: [100,200, 1,5]\n", "a: [100,200, 1,5]\n"),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_layout_becomes_the_regular_one(name: str) -> None:
    before, after = EXAMPLES[name]
    assert laid(before) == after
    assert laid(after) == after


def shipped() -> list[Path]:
    found = [*POLICIES.glob("*/policy.yaml"), *FAMILIES.glob("*/policy.yaml")]
    return sorted(file.parent for file in found)


@pytest.mark.parametrize("folder", shipped(), ids=lambda folder: folder.name)
def test_every_file_of_the_project_is_in_the_regular_layout(folder: Path) -> None:
    for name, data in read_folder(folder).items():
        assert formatted(name, data, Diagnostics()) == data, name


def trees() -> list[Node]:
    found = []
    for folder in sorted(POLICIES.glob("*/policy.yaml")):
        for name, data in read_folder(folder.parent).items():
            tree = read(name, data, Diagnostics())
            if tree is not None and len(data) < 6_000:
                found.append(tree)
    return found


TREES: Final[list[Node]] = trees()
TEXTS: Final = st.one_of(
    st.sampled_from(
        ["a", "10_000.00", "x y", "", "no", "a: b", "# c", "line\nline\n", "k\n\n  m\n\n"]
    ),
    st.text("ab -:#,[]{}'\"\n\\é", max_size=8),
)
SCALARS: Final = st.builds(
    lambda text, quoted: Scalar(text, quoted or "\n" in text, NOWHERE), TEXTS, st.booleans()
)


def mapped(parts: list[Node]) -> Mapping:
    return Mapping(
        tuple((Scalar(f"k{n}", False, NOWHERE), part) for n, part in enumerate(parts)), NOWHERE
    )


NODES: Final = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda parts: Sequence(tuple(parts), NOWHERE))
        | st.lists(inner, max_size=4).map(mapped)
    ),
    max_leaves=25,
)


def is_kept(text: str, comments: list[str]) -> None:
    """What must hold of every text that can be read, and of the comments put into it."""
    before = text.encode()
    after = formatted("a.yaml", before, Diagnostics())
    assert after is not None
    assert same_values(before, after)
    was, now = (text_of("a.yaml", data, Diagnostics()) for data in (before, after))
    assert was is not None
    assert now is not None
    assert yaml.load(was, yaml.BaseLoader) == yaml.load(now, yaml.BaseLoader)  # noqa: S506
    assert comments_of("a.yaml", was) == comments_of("a.yaml", now)
    assert comments_of("a.yaml", now) == comments
    assert formatted("a.yaml", after, Diagnostics()) == after
    assert after.decode() == now
    assert "\r" not in now


@given(st.lists(NODES, max_size=5).map(mapped), st.integers(0, 2**32).map(Random))
def test_any_tree_in_any_layout_keeps_its_values_and_comments(
    root: Mapping, random: Random
) -> None:
    scribe = Scribe(random)
    text = scribe.text(Mapping((KIND, *root.entries), NOWHERE))
    found = Diagnostics()
    read("a.yaml", text.encode(), found)
    assert not found.has_errors, found.render()
    is_kept(text, [comment.rstrip() for comment in scribe.comments])


@settings(max_examples=settings().max_examples // 2)
@given(st.sampled_from(TREES), st.integers(0, 2**32).map(Random))
def test_a_shipped_file_in_any_layout_keeps_its_values_and_comments(
    root: Mapping, random: Random
) -> None:
    scribe = Scribe(random)
    is_kept(scribe.text(root), [comment.rstrip() for comment in scribe.comments])


@settings(max_examples=settings().max_examples // 2)
@given(st.sampled_from(TREES), st.integers(0, 2**32).map(Random))
def test_a_file_with_errors_keeps_every_report(tree: Mapping, random: Random) -> None:
    rest: Node = Mapping(tuple(e for e in tree.entries if e[0].text != "kind"), NOWHERE)
    for _ in range(random.randrange(1, 4)):
        rest = changed(rest, TREES, random)
    entries = rest.entries if isinstance(rest, Mapping) else ()
    root = Mapping((KIND, *(e for e in entries if e[0].text != "kind")), NOWHERE)
    before = Scribe(random).text(root).encode() if is_writable(root) else b"kind: approvals\n"
    after = formatted("a.yaml", before, Diagnostics())
    assert after is None or reports(after) == reports(before)


def reports(data: bytes) -> list[tuple[str, str]]:
    """What the linter says, without places."""
    found = Diagnostics()
    load_set({**read_folder(POLICIES / "acme"), "approvals/zz.yaml": data}, found)
    own = [each for each in found if each.place.file == "approvals/zz.yaml"]
    return [(each.code, PLACE.sub("", each.message)) for each in own]


@pytest.mark.parametrize(
    "text",
    [
        "kind: approvals\na: {b: 1\n",
        "kind: approvals\na: 1\na:   2\n",
        "kind: approvals\na:\t1\n",
        "kind: approvals\na: {up_to: 5,000.00}\n",
        "",
    ],
)
def test_a_file_that_cannot_be_read_is_left_alone(text: str) -> None:
    found = Diagnostics()
    assert formatted("a.yaml", text.encode(), found) is None
    assert found.has_errors


@pytest.mark.parametrize("text", ["services:  {a: 1}\n", "kind:  Deployment\n", "- 1\n"])
def test_yaml_of_another_kind_is_no_policy_file(text: str) -> None:
    with pytest.raises(NoPolicyFile):
        formatted("a.yaml", text.encode(), Diagnostics())


@pytest.mark.parametrize(
    "wrong",
    [
        "kind: approvals\na: 10000.00  # x\n",
        "kind: approvals\na: '10_000.00'  # x\n",
        "kind: approvals\na: 10_000.00\n",
        "kind: approvals\na: 10_000.00  # y\n",
        "kind: approvals\na: 10_000.00  # x\nb: [\n",
    ],
)
def test_a_layout_that_would_change_something_is_not_given_out(
    wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formatter, "laid_out", lambda *_, **__: wrong)
    with pytest.raises(WouldChange):
        formatted("a.yaml", b"kind: approvals\na: 10_000.00 # x\n", Diagnostics())


def test_columns_that_never_settle_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "kind: approvals\na: {b: 1,    c: 2}\n"
    kept: list[bool] = []

    def restless(file: str, text: str, *, keep_columns: bool = True) -> str:
        kept.append(keep_columns)
        return text + "\n" if keep_columns else "kind: approvals\na: {b: 1, c: 2}\n"

    monkeypatch.setattr(formatter, "laid_out", restless)
    assert once(text) == "kind: approvals\na: {b: 1, c: 2}\n"
    assert kept == [True] * formatter.ROUNDS_MAX + [False]


def test_a_large_file_takes_no_time() -> None:
    row = "  - {who:   manager,  up_to:  10_000.00 USD} # x\n"
    text = "kind: organization\nlimits:\n" + "# y\n" * 3_000 + row * 3_000
    line = "z: [" + "1,   " * 3_000 + "1]\n"
    assert len(once(text + line + line.replace("z", "y"))) > 100_000
