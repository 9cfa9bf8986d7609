"""Records as their writers had them: with what people wrote in its place."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection

from adapters.store.texts import texts_of
from adapters.store.trail import Record
from engine.verifying.disclosing import with_disclosed


def whole(connection: Connection, record: Record) -> dict[str, Any]:
    """The body of a record, its document still committed."""
    texts = [each.plain(record.position) for each in texts_of(connection, record.position)]
    return {**with_disclosed(json.loads(record.body), texts)}
