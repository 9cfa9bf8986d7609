"""Accounts, tax numbers and addresses are kept as tokens of a key and compared by them (F3, F5)."""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.encryption import TokenKey
from adapters.master_data.hiding import MARK, hidden, without_mark
from adapters.policy_folder import read_set
from adapters.store.in_force import files_of
from adapters.store.tables import metadata
from api.sealing import with_keys
from api.settings import KeySettings
from api.usecases.casework.activating import ActivationRefused, bootstrap, load_master_data
from api.usecases.casework.resources import Loaded, Resources, data_of, policy_of
from api.usecases.casework.submission import Submitted
from api.usecases.casework.submitting import submit
from api.usecases.trail.exporting.selecting import Selection
from api.usecases.trail.exporting.writing import export
from api.verifying.running import verify
from engine.identifiers.judged import judge
from engine.tokens import TokensUnavailable, no_tokens, token
from engine.trail.notes import key_of
from engine.verifying.heads import Outside
from engine.verifying.steps import Verdict
from tests.casework.conftest import ACME, ADMIN, START, data_files
from tests.casework.documents import NOW, PORTAL, by, order
from tests.databases import BOTH, opened
from tests.trail.test_checkpoints import KEYS
from tests.verifying.again import HERE


def key(n: int) -> str:
    return f"t1:{base64.b64encode(bytes((n * 7 + i) % 256 for i in range(32))).decode()}"


KEY = TokenKey(key(1))
ACCOUNT = "021000021-4417830922"  # Rita's
FILES = {
    "people.csv": b"id,name,entity,bank_account,tax_id,address\n"
    b"ann,Ann,US01,DE89 3704 0044 0532 0130 00; 4417830922,12-3456789,1 Main St\n"
    b"\n"
    b"bob,Bob,US01,,,\n"
    b"cyd,Cyd,US01,n/a,,\n",
    "suppliers.csv": b"id,name,group,status,country,bank_account,tax_id\n"
    b"S-1,Acme,,active,DE,DE89370400440532013000,DE136695976\n"
    b"S-2,Bolt,,active,DE,,DE136695975\n",
    "answers.csv": b"what,of,answer\ntax_id,DE136695976,yes\norder_open,PO-1,yes\n",
    "rates.csv": b"type,base,quote,day,rate\n",
}


@pytest.fixture(params=BOTH)
def resources(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Resources]:
    """ACME in force with a token key."""
    with opened(request.param, tmp_path) as store:
        made = with_keys(Resources(store), KeySettings.model_validate({"token_key": key(1)}))
        bootstrap(made, read_set(ACME), data_files(), ADMIN, "installation", START)
        yield made


def kept_files(resources: Resources) -> dict[str, bytes]:
    with resources.store.reading() as connection:
        current = resources.loaded.current(connection)
        return files_of(connection, current.digests.master_data)


def everything(resources: Resources) -> str:
    """What the store holds, contents opened."""
    with resources.store.reading() as connection:
        rows = [
            repr(tuple(row))
            for table in metadata.sorted_tables
            for row in connection.execute(select(table))
        ]
        current = resources.loaded.current(connection)
        contents = files_of(connection, current.digests.master_data).values()
    return "\n".join([*rows, *(data.decode() for data in contents)])


def test_no_account_and_no_number_of_the_master_data_is_in_the_store(resources: Resources) -> None:
    secrets = [
        word
        for name in ("people.csv", "suppliers.csv")
        for row in csv.DictReader(io.StringIO(data_files()[name].decode()))
        for column in ("bank_account", "tax_id", "address")
        for word in (row.get(column) or "").split(";")
        if word.strip()
    ]
    assert len(secrets) > 20
    found = everything(resources)
    assert [secret for secret in secrets if secret.strip() in found] == []
    assert kept_files(resources)[MARK].decode() == KEY.mark


def test_the_account_of_a_document_is_compared_by_the_same_key(resources: Resources) -> None:
    with resources.store.reading() as connection:
        data = resources.loaded.current(connection).data
    assert data.token("bank_account", ACCOUNT) in data.people["rita"].accounts  # type: ignore[index]
    assert token("bank_account", ACCOUNT) not in data.people["rita"].accounts  # type: ignore[index]


def test_a_document_is_decided_as_without_a_key(resources: Resources, tmp_path: Path) -> None:
    plain_folder = tmp_path / "plain"
    plain_folder.mkdir()
    with opened("sqlite", plain_folder) as store:
        plain = Resources(store)
        bootstrap(plain, read_set(ACME), data_files(), ADMIN, "installation", START)
        decisions = []
        for each in (resources, plain):
            done = submit(each, order(), "portal", PORTAL, NOW)
            assert isinstance(done, Submitted)
            decided = json.loads(done.case.decision_json)
            decisions.append({n: decided[n] for n in ("outcome", "steps", "findings")})
    assert decisions[0] == decisions[1]


def test_an_export_has_no_account_and_verifies_without_the_key(
    resources: Resources, tmp_path: Path
) -> None:
    for id in ("PO-1", "PO-2"):
        assert isinstance(submit(resources, order(id=id), "portal", PORTAL, NOW), Submitted)
    path = tmp_path / "all.zip"
    now = NOW + timedelta(days=1)
    export(resources, KEYS, "acme", Selection(), path, by("audrey"), now)
    with zipfile.ZipFile(path) as archive:
        whole = b"".join(archive.read(name) for name in archive.namelist())
        keys = json.loads(archive.read("export.json"))["keys"]
    assert ACCOUNT.encode() not in whole
    found = verify(path, Outside((key_of(keys[0]),), ()), HERE)
    assert found.verdict is Verdict.VERIFIED
    assert found.performed["performed_again"] == 2


def test_without_the_key_what_was_loaded_with_it_is_not_replaced(resources: Resources) -> None:
    without = Resources(resources.store)
    with pytest.raises(ActivationRefused, match="their key is not here"):
        load_master_data(without, data_files(), ADMIN, "again", NOW)


def test_with_another_key_and_without_one_nothing_is_compared(resources: Resources) -> None:
    for other in (Loaded(), Loaded(TokenKey(key(3)))):
        with resources.store.reading() as connection:
            data = other.current(connection).data
        assert data.token is no_tokens
        with pytest.raises(TokensUnavailable):
            data.token("bank_account", ACCOUNT)


def test_the_same_data_loaded_again_are_the_same_content(resources: Resources) -> None:
    with resources.store.reading() as connection:
        before = resources.loaded.current(connection).digests.master_data
    assert load_master_data(resources, data_files(), ADMIN, "again", NOW)["master_data"] == before


def test_cells_become_tokens_and_everything_else_stays() -> None:
    found = hidden(FILES, KEY.of, KEY.mark)
    left, mark = without_mark(found)
    assert mark == KEY.mark
    assert left.keys() == FILES.keys()
    assert left["rates.csv"] == FILES["rates.csv"]
    people = left["people.csv"].decode().splitlines()
    assert people[0] == "id,name,entity,bank_account,tax_id,address"
    account = KEY.of("bank_account", "DE89370400440532013000")
    assert people[1].startswith(f"ann,Ann,US01,{account};bank_account:t1:")
    assert people[2:] == ["", "bob,Bob,US01,,,", "cyd,Cyd,US01,?,,"]
    assert "12-3456789" not in people[1]
    suppliers = left["suppliers.csv"].decode().splitlines()
    assert f",{account},tax_id:t1:" in suppliers[1]
    answers = left["answers.csv"].decode().splitlines()
    assert answers[1] == f"tax_id,{KEY.of('tax_id', 'DE136695976')},yes"
    assert answers[2] == "order_open,PO-1,yes"


def test_what_is_a_token_already_stays_one() -> None:
    once = hidden(FILES, KEY.of, KEY.mark)
    assert hidden(once, KEY.of, KEY.mark) == once


def test_a_file_of_yaml_is_hidden_as_one_of_csv() -> None:
    in_yaml = b"""
- {id: ann, name: Ann, entity: US01, bank_account: [DE89 3704 0044 0532 0130 00, '4417830922']}
- {id: bob, name: Bob, entity: US01, tax_id: 12-3456789}
- {id: cyd, name: Cyd, entity: US01, bank_account: {deep: '99887766'}}
"""
    found = hidden({"people.yaml": in_yaml}, KEY.of, KEY.mark)["people.yaml"].decode()
    assert KEY.of("bank_account", "DE89370400440532013000") in found
    for secret in ("0532", "4417830922", "3456789", "99887766"):
        assert secret not in found


def test_what_is_known_of_a_tax_number_is_kept_behind_its_token() -> None:
    policy = policy_of(read_set(ACME))
    people = {"people.csv": data_files()["people.csv"]}
    files = {**people, "suppliers.csv": FILES["suppliers.csv"]}
    data = data_of(hidden(files, KEY.of, KEY.mark), policy, KEY)
    for id, number in (("S-1", "DE136695976"), ("S-2", "DE136695975")):
        [found] = data.suppliers[id].tax_numbers
        assert found == judge(KEY.of("tax_id", number), number, "DE")
    assert data.suppliers["S-1"].tax_ids == {KEY.of("tax_id", "DE136695976")}


def test_a_row_that_cannot_be_read_is_left_out_as_before() -> None:
    policy = policy_of(read_set(ACME))
    bad = data_files()["people.csv"] + b"zed,Zed,US01,,,,,2020-01-01,,n/a,,\n"
    files = {"people.csv": bad}
    kept = hidden(files, KEY.of, KEY.mark)
    assert data_of(kept, policy, KEY).people.keys() == data_of(files, policy).people.keys()
