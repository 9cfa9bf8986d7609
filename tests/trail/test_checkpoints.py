"""The tree follows the trail, and what is signed of it is never taken back (F5)."""

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from adapters.signing import BadSigningKeys, SigningKeys
from adapters.store.checkpoints import all_of, log_of
from adapters.store.opening import Store, open_store
from adapters.store.tables import tree_tiles
from adapters.store.trail import Entry, append, every_record
from adapters.store.tree import grow, root_at, size_of
from api.usecases.trail.checkpointing import NotSigned, TrailChanged, follow, make_checkpoint
from api.usecases.trail.proving import Prover
from engine.trail.notes import checkpoint_of, key_of, key_text, note_of
from engine.trail.tree import is_consistent, leaf_hash, root_from_inclusion, root_of
from tests.databases import BOTH, migrated

NOW = datetime(2027, 3, 15, 13, tzinfo=UTC)
SECRET = base64.b64encode(bytes(range(32))).decode()
OLDER = base64.b64encode(bytes(range(32, 64))).decode()
KEYS = SigningKeys(f"s1:{SECRET}")


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with migrated(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = open_store(url)
    yield opened
    opened.close()


def add(store: Store, count: int, word: str = "number") -> None:
    with store.transaction() as connection:
        entries = [Entry("noted", None, NOW, {"text": f"{word} {n}"}) for n in range(count)]
        append(connection, entries)


def forget(connection: Connection) -> None:
    """Gives the tiles up, as whoever owns the tables could, to have them made anew."""
    connection.execute(tree_tiles.delete())


def leaves(store: Store) -> list[bytes]:
    with store.reading() as connection:
        return [leaf_hash(record.body) for record in every_record(connection)]


def checkpoint(store: Store, keys: SigningKeys = KEYS) -> object:
    return make_checkpoint(store, keys, "acme", NOW)


def edit(store: Store, statement: str, **values: object) -> None:
    """What somebody does who owns the tables."""
    with store.transaction() as connection:
        if store.is_sqlite:
            for change in ("update", "delete"):
                connection.execute(text(f"drop trigger if exists trail_no_{change}"))
        else:
            connection.execute(text("alter table trail disable trigger user"))
        connection.execute(text(statement), values)


@pytest.mark.parametrize("counts", [(1,), (255, 1, 1), (256, 256), (700,), (3, 300, 90)])
def test_the_tree_is_that_of_the_records_however_they_came_in(
    store: Store, counts: tuple[int, ...]
) -> None:
    for done in range(1, len(counts) + 1):
        add(store, counts[done - 1])
        follow(store, sum(counts[:done]))
        found = leaves(store)
        with store.reading() as connection:
            assert size_of(connection) == len(found)
            assert root_at(connection, len(found)) == root_of(found)
            assert root_at(connection, len(found) // 2) == root_of(found[: len(found) // 2])


def test_the_tree_grows_in_steps_and_can_be_made_anew(store: Store) -> None:
    add(store, 600)
    for expected in (250, 500, 600, 600):
        with store.transaction() as connection:
            assert grow(connection, 250) == expected
    root = root_of(leaves(store))
    with store.transaction() as connection:
        assert root_at(connection, 600) == root
        forget(connection)
        assert size_of(connection) == 0
        assert grow(connection, 1_000) == 600
        assert root_at(connection, 600) == root


def test_a_checkpoint_is_signed_over_every_record_and_says_of_which_log(store: Store) -> None:
    add(store, 300)
    signed = make_checkpoint(store, KEYS, "acme", NOW)
    with store.reading() as connection:
        log = log_of(connection)
    assert log is not None
    assert log.origin.startswith("acme/")
    note = note_of(signed.note)
    found = checkpoint_of(note.text)
    assert (found.origin, found.size, found.root) == (log.origin, 300, root_of(leaves(store)))
    [key] = KEYS.public(log.origin)
    assert note.signed_by([key_of(key_text(key))]) == (key,)
    assert note.signed_by(KEYS.public("another log")) == ()


def test_of_no_record_nothing_is_signed(store: Store) -> None:
    with pytest.raises(NotSigned, match="no record yet"):
        checkpoint(store)


def test_where_nothing_was_added_the_checkpoint_is_the_one_before(store: Store) -> None:
    add(store, 5)
    assert checkpoint(store) == make_checkpoint(store, KEYS, "acme", NOW + timedelta(hours=1))
    with store.reading() as connection:
        assert len(all_of(connection, 1)) == 1


def test_every_record_is_proved_and_every_earlier_checkpoint_continued(store: Store) -> None:
    for count in (3, 260, 41):
        add(store, count)
        signed = make_checkpoint(store, KEYS, "acme", NOW)
    found = leaves(store)
    with store.reading() as connection:
        prover = Prover(connection, signed)
        for position in (1, 2, 3, 4, 255, 256, 257, 303, 304):
            proof = prover.of_record(position)
            leaf = found[position - 1]
            assert root_from_inclusion(leaf, position - 1, signed.size, proof) == signed.root
        earlier = list(prover.of_earlier())
        with pytest.raises(ValueError, match="no leaf"):
            prover.of_record(305)
    assert [before.size for before, _ in earlier] == [3, 263]
    for before, proof in earlier:
        assert is_consistent(before.size, before.root, signed.size, signed.root, proof)


def test_after_a_signed_record_was_changed_nothing_is_signed_any_more(store: Store) -> None:
    add(store, 10)
    checkpoint(store)
    edit(store, "update trail set body = :body where position = 4", body=b'{"text":"nothing"}')
    with store.transaction() as connection:
        forget(connection)  # who can change a record can have the tiles made anew
    add(store, 1)
    with pytest.raises(TrailChanged, match="first 10 records"):
        checkpoint(store)


def test_after_signed_records_were_taken_away_nothing_is_signed_any_more(store: Store) -> None:
    add(store, 10)
    checkpoint(store)
    edit(store, "delete from trail where position > 7")
    edit(store, "update trail_end set position = 7")
    with store.transaction() as connection:
        forget(connection)
    with pytest.raises(TrailChanged, match="over 10 records, found 7"):
        checkpoint(store)


def test_a_gap_between_records_stops_the_tree(store: Store) -> None:
    add(store, 10)
    edit(store, "delete from trail where position = 5")
    with pytest.raises(LookupError, match="no record 5"):
        checkpoint(store)


def test_what_was_signed_cannot_be_changed(store: Store) -> None:
    add(store, 2)
    checkpoint(store)
    for statement in ("update checkpoints set size = 1", "delete from logs"):
        with (
            pytest.raises(Exception, match="only ever added to"),
            store.transaction() as connection,
        ):
            connection.execute(text(statement))


def test_two_nodes_that_sign_at_once_sign_one_log_and_nothing_twice(url: str) -> None:
    first, second = open_store(url), open_store(url)
    try:
        add(first, 700)
        with ThreadPoolExecutor(4) as pool:
            made = [pool.submit(checkpoint, each) for each in (first, second, first, second)]
            assert len({repr(each.result()) for each in made}) == 1
        with first.reading() as connection:
            assert [each.size for each in all_of(connection, 1)] == [700]
    finally:
        first.close()
        second.close()


@pytest.mark.parametrize(
    "keys",
    [
        "",
        "s1",
        f"S1:{SECRET}",
        "s1:####",
        "s1:AAAA",
        f"s1:{SECRET},s1:{OLDER}",
        "s1:" + "A" * 43 + "=",
    ],
)
def test_keys_that_cannot_be_used_are_refused_and_not_shown(keys: str) -> None:
    with pytest.raises(BadSigningKeys, match=r"key [12]: expected") as refused:
        SigningKeys(keys)
    assert SECRET not in str(refused.value)


def test_no_signing_key_is_shown_pickled_or_copied() -> None:
    import copy
    import pickle

    assert SECRET not in repr(KEYS)
    with pytest.raises(TypeError, match="secrets"):
        pickle.dumps(KEYS)
    with pytest.raises(TypeError, match="secrets"):
        copy.copy(KEYS)
