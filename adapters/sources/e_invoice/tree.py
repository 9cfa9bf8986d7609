"""XML that anybody may have sent, as a tree with the line of every element. Bounded, and inert.

`defusedxml` refuses every document type declaration, and with it entities of any kind: nothing is
expanded and nothing is fetched. Size, depth and the number of elements are bounded here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

from engine.errors import InputError, InputErrors
from engine.quoting import quoted

MOST_BYTES: Final = 32_000_000
MOST_ELEMENTS: Final = 500_000  # 10,000 lines of 50
DEEPEST: Final = 40

_UBL: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
_CII: Final = "urn:un:unece:uncefact:data:standard:"
PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        f"{_UBL}Invoice-2": "ubl",
        f"{_UBL}CreditNote-2": "ubl",
        f"{_UBL}CommonAggregateComponents-2": "cac",
        f"{_UBL}CommonBasicComponents-2": "cbc",
        f"{_CII}CrossIndustryInvoice:100": "rsm",
        f"{_CII}ReusableAggregateBusinessInformationEntity:100": "ram",
        f"{_CII}UnqualifiedDataType:100": "udt",
        f"{_CII}QualifiedDataType:100": "qdt",
    }
)
UNKNOWN: Final = "other"  # the prefix of every other namespace, and of none


@dataclass(slots=True)
class Node:
    """One element. `name` has the prefix by which its namespace is known here (`cbc:ID`)."""

    name: str
    attributes: Mapping[str, str]
    line: int
    children: list[Node] = field(default_factory=list)
    text: str = ""


def parse(data: bytes) -> Node:
    """The root element. Raises `InputErrors` that say in which line what is wrong."""
    if len(data) > MOST_BYTES:
        raise refusal(
            "too_large", "", f"expected at most {MOST_BYTES:,} bytes, found {len(data):,}"
        )
    if not data.strip():
        raise refusal("invalid_xml", "", "expected an invoice in XML, found nothing")
    target = _Target()
    parser: Any = DefusedXMLParser(target=target, forbid_dtd=True)
    target.expat = parser.parser
    try:
        parser.feed(data)
        root = parser.close()
    except DefusedXmlException:
        message = "expected no document type declaration and no entities, found one"
        raise refusal("forbidden_xml", f"line {target.line}", message) from None
    except ParseError as problem:
        line, column = problem.position
        place = f"line {line}, column {column + 1}"
        reason = str(problem).partition(":")[0]
        raise refusal("invalid_xml", place, f"expected XML, found: {reason}") from None
    except (ValueError, LookupError):
        # The standard library asks Python for encodings that expat does not know itself.
        raise refusal("invalid_encoding", "line 1", "expected UTF-8") from None
    if not isinstance(root, Node):
        raise refusal("invalid_xml", "", "expected an invoice in XML, found nothing")
    return root


def refusal(code: str, place: str, message: str) -> InputErrors:
    """One reason for which nothing can be read on."""
    return InputErrors((InputError(code, place, message),))


class _Target:
    """What the parser calls for each piece of the text, in order."""

    def __init__(self) -> None:
        self.expat: Any = None
        self.root: Node | None = None
        self.open: list[Node] = []
        self.texts: list[list[str]] = []
        self.count = 0

    @property
    def line(self) -> int:
        return int(self.expat.CurrentLineNumber)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.count += 1
        if self.count > MOST_ELEMENTS:
            message = f"expected at most {MOST_ELEMENTS:,} elements, found more"
            raise refusal("too_many", f"line {self.line}", message)
        if len(self.open) >= DEEPEST:
            message = f"expected at most {DEEPEST} levels of elements, found more"
            raise refusal("too_deep", f"line {self.line}", message)
        node = Node(_short(tag), dict(attributes), self.line)
        if self.open:
            self.open[-1].children.append(node)
        elif self.root is None:
            self.root = node
        self.open.append(node)
        self.texts.append([])

    def data(self, text: str) -> None:
        if self.texts:
            self.texts[-1].append(text)

    def end(self, tag: str) -> None:
        self.open.pop().text = "".join(self.texts.pop()).strip()

    def close(self) -> Node | None:
        return self.root


def _short(tag: str) -> str:
    """`{urn:...:CommonBasicComponents-2}ID` as `cbc:ID`."""
    namespace, _, name = tag.rpartition("}")
    return f"{PREFIXES.get(namespace.removeprefix('{'), UNKNOWN)}:{name}"


def shown(node: Node) -> str:
    """An element in a message."""
    return quoted(node.name)
