"""What all tables share: their names for constraints, and how a moment is kept.

Moments are text in UTC with six decimals, so that their order is that of time on every database.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from sqlalchemy import Dialect, MetaData, Text, TypeDecorator

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def moment_as_kept(value: datetime) -> str:
    """An aware instant as text. Raises `ValueError` for a moment without a time zone."""
    if value.tzinfo is None:
        raise ValueError("a moment that is kept has a time zone")
    return _utc_as_kept(value.astimezone(UTC))


@lru_cache(1_000)  # rows that are kept together have few moments
def _utc_as_kept(value: datetime) -> str:
    return value.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


class Moment(TypeDecorator[datetime]):
    """An aware instant, kept as `2027-03-15T13:00:00.000000Z`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """As text. Raises `ValueError` for a moment without a time zone."""
        return None if value is None else moment_as_kept(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """As an instant in UTC."""
        return None if value is None else datetime.fromisoformat(value)
