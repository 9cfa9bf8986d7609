"""Who is named on an invoice, and where the money shall go."""

from __future__ import annotations

from typing import Final

from adapters.sources.e_invoice.reader import Reader
from adapters.sources.e_invoice.terms import ACCOUNT, ACCOUNTS, PARTY, Term
from adapters.sources.e_invoice.tree import Node

_WITH_SCHEME: Final = ("id", "endpoint")


def party(reader: Reader, group: Term) -> dict[str, str]:
    """The party of this group as the canonical document writes it; empty where there is none."""
    node = reader.one_group(group)
    if node is None:
        return {}
    stated = {name: _text(reader, node, name) for name in PARTY}
    return {name: text for name, text in stated.items() if text}


def _text(reader: Reader, node: Node, name: str) -> str:
    """A term of the party. Of several ids the first counts; a scheme stands before the number."""
    found = reader.all(node, PARTY[name])
    if name not in _WITH_SCHEME:
        # The name may stand twice: the registered name goes before the one that is traded under.
        return " ".join(found[0].text.split()) if found else ""
    if not found:
        return ""
    scheme = found[0].attributes.get("schemeID", "").strip()
    text = " ".join(found[0].text.split())
    return f"{scheme}:{text}" if scheme and text else text


def pay_to(reader: Reader) -> list[dict[str, str]]:
    """The accounts to which may be paid, each once."""
    found: list[dict[str, str]] = []
    for node in reader.all(reader.root, ACCOUNTS):
        stated = {name: reader.text(node, term) for name, term in ACCOUNT.items()}
        account = {name: text for name, text in stated.items() if text}
        if account and account not in found:
            found.append(account)
    return found
