"""Records hold commitments instead of sensitive values, and what opens them is shown by class
(F3, F4)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import canonical_bytes
from engine.documents.committing import SEED_BYTES, commit
from engine.documents.fields import CONFIDENTIAL, RESTRICTED
from engine.verifying.disclosing import DisclosureRefused, with_disclosed

SEED = bytes(range(SEED_BYTES))
INVOICE: dict[str, Any] = {
    "type": "invoice",
    "id": "I-9",
    "entity": "DE01",
    "requester": "anke",
    "version": 1,
    "currency": "EUR",
    "supplier": "S-6",
    "lines": [{"number": 1, "net": "900.00"}, {"number": 2, "net": "10.00"}],
    "pay_to": [{"account": "DE02120300000000202051", "holder": "Kleinmann OHG"}],
    "facts": {"private/iban.of~her": "DE02500105170137075030"},
}
ACCOUNTS = ("DE02120300000000202051", "DE02500105170137075030")


def opened(plain: dict[str, Any], seed: bytes = SEED, *classes: object) -> dict[str, Any]:
    held = commit(plain, plain["type"], seed)
    shown = [each.plain(1) for each in held.openings if each.field_class in classes]
    return with_disclosed({"document": dict(held.plain)}, shown)["document"]  # type: ignore[no-any-return]


def test_neither_accounts_nor_amounts_stand_in_a_record() -> None:
    held = json.dumps(commit(INVOICE, "invoice", SEED).plain)
    for secret in (*ACCOUNTS, "900.00", "Kleinmann"):
        assert secret not in held
    assert "I-9" in held


def test_everything_that_is_disclosed_gives_the_document_back() -> None:
    assert opened(INVOICE, SEED, CONFIDENTIAL, RESTRICTED) == INVOICE


def test_who_may_see_the_lines_does_not_see_the_account() -> None:
    shown = opened(INVOICE, SEED, CONFIDENTIAL)
    assert shown["lines"] == INVOICE["lines"]
    assert not any(account in json.dumps(shown) for account in ACCOUNTS)


def test_a_name_that_a_sender_chose_with_any_signs_in_it_is_a_place_too() -> None:
    shown = opened(INVOICE, SEED, CONFIDENTIAL, RESTRICTED)
    assert shown["facts"] == INVOICE["facts"]


def test_equal_values_have_different_commitments_and_another_seed_other_ones() -> None:
    twice = {**INVOICE, "paid_from": INVOICE["pay_to"]}
    held = commit(twice, "invoice", SEED).plain
    assert held["paid_from"] != held["pay_to"]
    assert (
        commit(INVOICE, "invoice", bytes(SEED_BYTES)).plain
        != commit(INVOICE, "invoice", SEED).plain
    )


@pytest.mark.parametrize("name", ["value", "salt", "path"])
def test_a_disclosure_that_was_changed_is_refused_with_its_place(name: str) -> None:
    held = commit(INVOICE, "invoice", SEED)
    disclosures = [each.plain(1) for each in held.openings]
    [lines] = [each for each in disclosures if each["path"] == "document/lines"]
    lines[name] = {"value": [{"number": 1, "net": "901.00"}], "salt": "00", "path": "document/id"}[
        name
    ]  # type: ignore[assignment]
    with pytest.raises(DisclosureRefused, match=r"document/(lines|id)"):
        with_disclosed({"document": dict(held.plain)}, disclosures)


def test_a_seed_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        commit(INVOICE, "invoice", b"short")


PLAIN = st.recursive(
    st.text(max_size=5) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["lines", "pay_to", "facts", "comments", "source_ids", "unknown"]), PLAIN
    ),
    st.binary(min_size=SEED_BYTES, max_size=SEED_BYTES),
)
def test_whatever_a_document_holds_it_comes_back_and_only_with_what_opens_it(
    more: dict[str, Any], seed: bytes
) -> None:
    plain = {**INVOICE, **more}
    held = commit(plain, "invoice", seed)
    assert opened(plain, seed, CONFIDENTIAL, RESTRICTED) == plain
    assert canonical_bytes(dict(held.plain))
    if held.openings:
        assert opened(plain, seed) != plain
