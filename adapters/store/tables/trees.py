"""The tree over the trail: its logs by name, what was signed of it, and the hashes it is made of.

`tree_tiles` is worked out from the records and can be made anew; the others are only ever added to.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from adapters.store.tables.common import Moment, metadata

# A log begins with the first record; another one only where an older database was restored.
logs = Table(
    "logs",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("origin", Text, nullable=False, unique=True),
    Column("from_size", Integer, nullable=False),
    Column("because", Text, nullable=False),
    Column("began_at", Moment, nullable=False),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("log", Integer, ForeignKey("logs.number"), primary_key=True),
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
)

# What an authority answered to a checkpoint, as it answered it.
time_stamps = Table(
    "time_stamps",
    metadata,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("authority", Text, primary_key=True),
    Column("reply", LargeBinary, nullable=False),
    Column("received_at", Moment, nullable=False),
    ForeignKeyConstraint(["log", "size"], ["checkpoints.log", "checkpoints.size"]),
)

# Up to 256 hashes of the tree's level 8 * `level`, one behind the other, 32 bytes each.
tree_tiles = Table(
    "tree_tiles",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)
