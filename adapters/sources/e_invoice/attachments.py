"""Files inside of an invoice, and those it refers to: names and digests, and not the content."""

from __future__ import annotations

import base64
import hashlib

from adapters.sources.e_invoice.reader import Reader
from adapters.sources.e_invoice.terms import ATTACHMENT, ATTACHMENTS
from adapters.sources.e_invoice.tree import Node


def attachments(reader: Reader) -> list[dict[str, object]]:
    """What is attached. A file that lies elsewhere has its address as `source_id`."""
    return [_attachment(reader, node) for node in reader.all(reader.root, ATTACHMENTS)]


def _attachment(reader: Reader, node: Node) -> dict[str, object]:
    id = reader.text(node, ATTACHMENT["id"])
    content = reader.one(node, ATTACHMENT["content"])
    if content is None or not content.text:
        address = reader.text(node, ATTACHMENT["address"])
        return {"name": id or address, "source_id": address}
    stated: dict[str, object] = {
        "name": " ".join(content.attributes.get("filename", "").split()) or id,
        "media_type": content.attributes.get("mimeCode", "").strip(),
        "source_id": id,
    }
    try:
        data = base64.b64decode("".join(content.text.split()), validate=True)
    except ValueError:  # `binascii.Error` too, and characters beyond ASCII
        message = "expected a file in base64, found something else"
        reader.complain("invalid_base64", content, ATTACHMENT["content"], message)
        return stated
    stated |= {"size": len(data), "digest": f"sha256:{hashlib.sha256(data).hexdigest()}"}
    return {name: value for name, value in stated.items() if value != ""}
