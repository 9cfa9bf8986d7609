"""Many rows in one statement are kept as one row after the other would be."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from adapters.store.many import insert_rows
from adapters.store.tables import mitigation_uses, trail_end
from tests.databases import BOTH, opened

AT = datetime(2027, 3, 15, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=-4)))
KEPT = "2027-03-15T13:00:00.123456Z"


@pytest.mark.parametrize("kind", BOTH)
def test_moments_of_many_rows_are_kept_like_those_of_one(kind: str, tmp_path: Path) -> None:
    with opened(kind, tmp_path) as store, store.transaction() as connection:
        if kind == "sqlite":
            connection.execute(text("pragma defer_foreign_keys = on"))
        else:
            connection.execute(text("set session_replication_role = replica"))
            connection.execute(text("set time zone 'Asia/Tokyo'"))
        one = {"mitigation": "one", "act_id": 1, "at": AT, "reviewed_at": None}
        connection.execute(insert(mitigation_uses), [one])
        insert_rows(connection, mitigation_uses, [{**one, "mitigation": "many"}])
        found = connection.execute(text("select at, reviewed_at from mitigation_uses")).all()
        assert [tuple(row) for row in found] == [(KEPT, None)] * 2
        connection.execute(mitigation_uses.delete())


@pytest.mark.parametrize("kind", BOTH)
def test_no_rows_are_no_statement(kind: str, tmp_path: Path) -> None:
    with opened(kind, tmp_path) as store, store.transaction() as connection:
        insert_rows(connection, trail_end, [])
