"""Random matrices as files: rows of every kind, in every layout, with comments in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from engine.places import NOWHERE
from rules.editing.flow import as_written, entry_text, flow, word
from rules.reading.nodes import Mapping, Node, Sequence

FILE: Final = "approvals/m.yaml"
BASE: Final = {
    "policy.yaml": b"kind: set\nname: random\nlanguage: 1\nin_flight: pin\n"
    b"for_all_files: {currency: USD, owner: a}\n",
    "organization.yaml": b"kind: organization\n"
    b"entities:\n  US01: {country: US, currency: USD, zone: America/New_York}\n"
    b"levels: [clerk, head]\nroles: {a: {}, b: {}, c: {}, d: {}, of: {}}\n",
    "vocabulary.yaml": b"kind: vocabulary\nfacts:\n  planned: {is: yes_no}\n"
    b"  kind_of: {is: [x, y, z]}\n  grade: {is: {scale: [low, mid, top]}}\n"
    b"  pieces: {is: number}\n  paper_a: {is: paper}\n  paper_b: {is: paper}\n"
    b"  worth: {is: money}\n  ends: {is: date}\n",
}
Entries = dict[str, Node]


def mapping(**parts: Node) -> Mapping:
    return Mapping(tuple((word(key.rstrip("_")), part) for key, part in parts.items()), NOWHERE)


def several(items: list[Node] | tuple[Node, ...]) -> Sequence:
    return Sequence(tuple(items), NOWHERE)


def one_of(*texts: str) -> st.SearchStrategy[Node]:
    return st.sampled_from([word(text) for text in texts])


def some_of(*texts: str, least: int = 1) -> st.SearchStrategy[Sequence]:
    return st.lists(one_of(*texts), min_size=least, max_size=3, unique=True).map(several)


ROLES: Final = one_of("a", "b", "c", "d", "of")
CHAINS: Final = st.sampled_from(
    [
        mapping(chain=word("supervisors"), until=word("authority_covers")),
        mapping(chain=word("supervisors"), to=word("head"), asks=word("all")),
        mapping(chain=several([word("a"), word("of")]), until=mapping(covers=word("worth"))),
    ]
)
APPROVERS: Final = st.one_of(
    ROLES,
    ROLES,
    CHAINS,
    some_of("a", "b", "c", "of").map(lambda n: mapping(any=n)),
    some_of("a", "b", "c", least=2).map(lambda n: mapping(all=n)),
    some_of("a", "b", "c", least=2).map(lambda n: mapping(at_least=word("2"), of=n)),
    st.builds(lambda n, role: mapping(first=several([n, role])), CHAINS, ROLES),
    ROLES.map(lambda n: mapping(who=n, as_=word("signs"))),
    one_of("clerk", "head").map(lambda n: mapping(level=n)),
    ROLES.map(
        lambda n: mapping(at_least=word("2"), of=n, among_them=mapping(**{"1": several([n])}))
    ),
)
STEPS: Final = st.one_of(
    APPROVERS,
    st.lists(APPROVERS, min_size=1, max_size=3).map(several),
    st.builds(lambda n, m: several([n, mapping(notify=m)]), APPROVERS, ROLES),
)
TESTS: Final[dict[str, st.SearchStrategy[Node]]] = {
    "planned": one_of("yes", "no", "missing"),
    "kind_of": st.one_of(
        one_of("x", "y"),
        some_of("x", "y", "z", least=2),
        one_of("x", "z").map(lambda n: mapping(not_=n)),
    ),
    "grade": one_of("low", "mid").map(lambda n: mapping(up_to=n)),
    "pieces": st.builds(lambda n: mapping(above=n, up_to=word("900.5")), one_of("1", "2.5", "17")),
    "paper_a": one_of("present", "missing"),
    "ends": one_of("2027-01-01", "2028-02-29").map(lambda n: mapping(below=n)),
    "worth": one_of("5.00 EUR", "document.net", "10% of document.net").map(
        lambda n: mapping(from_=n)
    ),
    "any": st.just(several([mapping(planned=word("yes")), mapping(paper_b=word("present"))])),
    "any_line": one_of("it", "travel").map(lambda n: mapping(category=n)),
}
REASONS: Final = st.one_of(
    one_of("ask first", "ask, then decide", "#1: no", '"so"', "note 1", "=1+1", "über 10 €", "yes"),
    st.just(word("a long reason, " * 12 + "and so on")),
)
REQUIRED: Final = st.one_of(
    some_of("paper_a", "paper_b"),
    one_of("present").map(lambda n: mapping(paper_a=n, planned=word("yes"))),
)


@st.composite
def amounts(draw: DrawFn) -> Node:
    plain = draw(st.integers(1, 10**9)), draw(st.integers(0, 99))
    return draw(
        st.sampled_from(
            (
                word(f"{plain[0]:_}.{plain[1]:02}"),
                word(f"{plain[0]}"),
                word(f"{plain[0]}.{plain[1]:02}"),
                mapping(lesser=several([word("10% of worth"), word(f"{plain[0]:_}.00")])),
                word("worth"),
            )
        )
    )


@st.composite
def rows(draw: DrawFn, name: str) -> Entries:
    """What a row says, by key."""
    found: Entries = {}
    if draw(st.booleans()):
        found["name"] = word(name)
        if draw(st.booleans()):
            found["exception"] = draw(one_of("yes", "no", "true"))
    keys = draw(st.lists(st.sampled_from(sorted(TESTS)), max_size=2, unique=True))
    if keys:
        found["when"] = mapping(**{key: draw(TESTS[key]) for key in keys})
    side = draw(st.sampled_from(("", "low", "high")))
    if side == "low":
        found[draw(st.sampled_from(("above", "from")))] = draw(amounts())
    if side == "high":
        found[draw(st.sampled_from(("up_to", "below")))] = draw(amounts())
    answer = draw(st.sampled_from(("approve", "approve", "approve", "hold", "refuse")))
    found[answer] = draw(STEPS if answer == "approve" else REASONS)
    if answer != "approve" and draw(st.booleans()):
        found["code"] = word("own_code")
    if draw(st.integers(0, 3)) == 0:
        found["require"] = draw(REQUIRED)
    return dict(draw(st.permutations(list(found.items()))))


COMMENTS: Final = st.sampled_from(("", "", "", "  # about: {this} 'row'\n", "\n", "\n  # so\n"))


@dataclass(frozen=True)
class Written:
    """A matrix as a file, and what its rows say."""

    text: str
    rows: tuple[Entries, ...]

    @property
    def files(self) -> dict[str, bytes]:
        return {**BASE, FILE: self.text.encode()}


@st.composite
def matrices(draw: DrawFn) -> Written:
    """A matrix that compiles; whether it leaves gaps is not its business."""
    said = [draw(rows(f"row {number}")) for number in range(draw(st.integers(1, 4)))]
    text = "# a schedule\nkind: approvals\nname: m\ndocuments: [invoice]\n"
    text += "amount: document.net\nrows:\n"
    for row in said:
        text += draw(COMMENTS) + _row_text(draw, row)
    if draw(st.booleans()):
        text += "\notherwise: {hold: nobody knows}   # yet\n"
    return Written(text, tuple(said))


def _row_text(draw: DrawFn, row: Entries) -> str:
    end = draw(st.sampled_from(("\n", "   # why\n")))
    pairs = [(word(key), as_written(node)) for key, node in row.items()]
    if draw(st.booleans()):
        return f"  - {{{', '.join(entry_text(*pair) for pair in pairs)}}}{end}"
    lines = []
    for key, node in pairs:
        if isinstance(node, Sequence) and draw(st.booleans()):
            items = "".join(f"\n      - {flow(item)}" for item in node.items)
            lines.append(f"{key.text}:{items}")
        elif isinstance(node, Mapping) and draw(st.booleans()):
            items = "".join(f"\n      {entry_text(*pair)}" for pair in node.entries)
            lines.append(f"{key.text}:{items}")
        else:
            lines.append(entry_text(key, node))
    return "  - " + f"{end}    ".join(lines) + end
