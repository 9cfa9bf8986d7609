"""Restricted fields at rest: what is sealed, where it opens, and what never shows.

Shows (F3).
"""

import base64
import copy
import json
import pickle
import random
import traceback
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.encryption import (
    BadKeys,
    DecryptionError,
    EncryptionError,
    KeyRing,
    TokenKey,
    needs_rotation,
    rotate,
    seal,
    unseal,
)
from engine.documents.canonical_form import to_canonical
from engine.documents.catalogue import SHEETS
from engine.documents.classes import class_of, masked
from engine.documents.fields import RESTRICTED, FieldClass
from tests.engine.samples import full, take

PLACE: Final = "case 7, version 2"


def key(seed: int, length: int = 32) -> str:
    """A made-up key as it is configured."""
    return base64.b64encode(random.Random(seed).randbytes(length)).decode()


OLD: Final = KeyRing(f"k1:{key(1)}")
NEW: Final = KeyRing(f"k2:{key(2)},k1:{key(1)}")
STRANGER: Final = KeyRing(f"k1:{key(3)}")
PAYMENT: Final[dict[str, Any]] = to_canonical(take(full("payment")))
TOKEN_OF_X: Final = "t1:ef337eae3bde8dfa1a56297f117edecc556995143df93c704e94a69b791a216f"
SEALED_X: Final = "v1.k1.DTtVkDYU4rtLyB8ac3Or7Q0GP7qL1SvzkUxg6lY="
IBAN: Final = "DE02120300000000202051"


def sealed_text(document: dict[str, Any], name: str = "pay_to") -> str:
    match document[name]:
        case {"sealed": str(text)}:
            return text
        case other:
            raise AssertionError(other)


def compare(plain: Any, sealed: Any, path: str, kind: str) -> None:
    """What is restricted is sealed, and everything around it is as it was."""
    if class_of(path, kind) is RESTRICTED:
        assert sealed_text({path: sealed}, path).startswith("v1.k2."), path
    elif isinstance(plain, dict):
        assert plain.keys() == sealed.keys(), path
        for part, inner in plain.items():
            compare(inner, sealed[part], f"{path}.{part}", kind)
    elif isinstance(plain, list):
        for index, (inner, other) in enumerate(zip(plain, sealed, strict=True)):
            compare(inner, other, f"{path}[{index}]", kind)
    else:
        assert sealed == plain, path


# Sealing and unsealing


@pytest.mark.parametrize("kind", SHEETS)
def test_every_restricted_field_is_sealed_and_nothing_else(kind: str) -> None:
    plain = to_canonical(take(full(kind)))
    sealed = seal(plain, kind, PLACE, NEW)
    assert sealed.keys() == plain.keys()
    for name, value in plain.items():
        compare(value, sealed[name], name, kind)
    assert unseal(sealed, kind, PLACE, NEW) == plain


def test_nothing_of_an_account_is_in_what_is_stored() -> None:
    stored = json.dumps(seal(PAYMENT, "payment", PLACE, NEW))
    assert IBAN in json.dumps(PAYMENT)
    assert not any(IBAN[start : start + 6] in stored for start in range(len(IBAN) - 6))
    assert "Globex" not in stored


def test_a_fact_that_is_named_like_a_secret_and_an_unknown_field_are_sealed() -> None:
    plain: dict[str, Any] = {
        **PAYMENT,
        "facts": {"iban": IBAN, "method": "tender"},
        "lines": [{"number": 1, "net": "1.00", "facts": {"card_number": "4711"}}],
        "field_of_tomorrow": {"any": ["thing", 1, True, None]},
    }
    sealed = seal(plain, "payment", PLACE, NEW)
    assert IBAN not in json.dumps(sealed)
    assert "4711" not in json.dumps(sealed)
    assert "thing" not in json.dumps(sealed)
    assert "tender" in json.dumps(sealed)
    assert unseal(sealed, "payment", PLACE, NEW) == plain


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    )
)
def test_whatever_stands_in_a_restricted_field_comes_back_as_it_was(value: Any) -> None:
    plain = {**PAYMENT, "pay_to": value}
    try:
        sealed = seal(plain, "payment", PLACE, NEW)
    except ValueError:
        assert isinstance(value, dict)
        assert value.keys() == {"sealed"}
    else:
        assert unseal(sealed, "payment", PLACE, NEW) == plain


def test_what_the_sender_calls_sealed_is_not_mistaken_for_it() -> None:
    plain: dict[str, Any] = {
        **PAYMENT,
        "dimensions": {"sealed": "v1.k2.AAAA"},
        "source_ids": {"sealed": "x"},
        "facts": {"sealed": "x"},
    }
    assert unseal(seal(plain, "payment", PLACE, NEW), "payment", PLACE, NEW) == plain


def test_the_same_account_is_never_sealed_alike() -> None:
    texts = {sealed_text(seal(PAYMENT, "payment", PLACE, NEW)) for _ in range(50)}
    assert len(texts) == 50


def test_a_document_is_not_sealed_twice() -> None:
    sealed = seal(PAYMENT, "payment", PLACE, NEW)
    with pytest.raises(ValueError, match=r"pay_to` is sealed already"):
        seal(sealed, "payment", PLACE, NEW)


def test_a_sealed_document_is_masked_like_any_other() -> None:
    allowed = frozenset(FieldClass) - {RESTRICTED}
    sealed = seal(PAYMENT, "payment", PLACE, NEW)
    assert masked(sealed, "payment", allowed) == masked(PAYMENT, "payment", allowed)


# Where it opens, and where not


def fails(sealed: dict[str, Any], ring: KeyRing = NEW, place: str = PLACE, **kind: str) -> str:
    """The message of the refusal, which never shows what is sealed."""
    with pytest.raises(DecryptionError) as caught:
        unseal(sealed, kind.get("kind", "payment"), place, ring)
    shown = "".join(traceback.format_exception(caught.value))
    assert IBAN not in shown
    assert "Globex" not in shown
    return str(caught.value)


def test_another_key_of_the_same_id_does_not_open() -> None:
    message = fails(seal(PAYMENT, "payment", PLACE, OLD), STRANGER)
    assert "pay_to` of case 7, version 2: sealed with key `k1`, and does not" in message


def test_an_unknown_key_is_named() -> None:
    sealed = seal(PAYMENT, "payment", PLACE, NEW)
    assert fails(sealed, OLD).endswith("sealed with key `k2`, which is not on the ring")
    with pytest.raises(DecryptionError) as caught:
        unseal(sealed, "payment", PLACE, OLD)
    assert caught.value.key_id == "k2"


def test_what_is_sealed_does_not_open_in_another_row_field_or_type() -> None:
    sealed = seal(PAYMENT, "payment", PLACE, NEW)
    assert "sealed for another place" in fails(sealed, place="case 8, version 2")
    swapped = {**sealed, "pay_to": sealed["pay_from"], "pay_from": sealed["pay_to"]}
    assert "sealed for another place" in fails(swapped)
    assert "sealed for another place" in fails({"pay_to": sealed["pay_to"]}, kind="invoice")


def test_two_places_are_never_written_alike() -> None:
    text = NEW.encrypt(b"x", ("a", "b c"))
    for where in (("a b", "c"), ("a", "b", "c"), ("a", 'b","c'), ("ab c",), ()):
        with pytest.raises(DecryptionError):
            NEW.decrypt(text, where)
    assert NEW.decrypt(text, ("a", "b c")) == b"x"


def test_a_text_does_not_open_under_the_id_of_another_key() -> None:
    both = KeyRing(f"k1:{key(1)},k2:{key(2)}")
    text = both.encrypt(b"x", ("a",)).replace("v1.k1.", "v1.k2.")
    with pytest.raises(DecryptionError, match="does not open"):
        both.decrypt(text, ("a",))


def test_one_changed_bit_anywhere_is_noticed() -> None:
    text = NEW.encrypt(b"account", ("a",))
    body = base64.urlsafe_b64decode(text.removeprefix("v1.k2."))
    for position in range(len(body)):
        changed = bytearray(body)
        changed[position] ^= 1
        forged = "v1.k2." + base64.urlsafe_b64encode(bytes(changed)).decode()
        with pytest.raises(DecryptionError, match="it was changed"):
            NEW.decrypt(forged, ("a",))


@given(st.text() | st.from_regex(r"v[0-9]\.k[0-9]\.[\w=-]*"))
def test_any_text_that_was_not_sealed_is_refused(text: str) -> None:
    with pytest.raises(DecryptionError):
        NEW.decrypt(text, ("a",))


@pytest.mark.parametrize(
    "forged",
    [
        [{"account": "XX00 INTRUDER"}],
        {"account": "XX00 INTRUDER"},
        {"sealed": 5},
        {"sealed": "x", "account": "XX00 INTRUDER"},
        "XX00 INTRUDER",
        None,
    ],
)
def test_an_account_that_somebody_wrote_into_the_database_is_refused(forged: Any) -> None:
    message = fails({**seal(PAYMENT, "payment", PLACE, NEW), "pay_to": forged})
    assert message == "`pay_to` of case 7, version 2: expected a sealed value, found another"


def test_a_message_does_not_quote_what_stands_where_something_sealed_should() -> None:
    for text in (IBAN, f"v1.{IBAN}.x", f"v2.k2.{IBAN}"):
        assert IBAN not in fails({**PAYMENT, "pay_to": {"sealed": text}})


# Rotation


def test_after_rotation_the_old_key_is_not_needed_any_more() -> None:
    sealed = seal(PAYMENT, "payment", PLACE, OLD)
    assert needs_rotation(sealed, "payment", NEW)
    assert not needs_rotation(sealed, "payment", OLD)
    assert unseal(sealed, "payment", PLACE, NEW) == PAYMENT
    rotated = rotate(sealed, "payment", PLACE, NEW)
    assert not needs_rotation(rotated, "payment", NEW)
    only_new = KeyRing(f"k2:{key(2)}")
    assert unseal(rotated, "payment", PLACE, only_new) == PAYMENT
    fails(sealed, only_new)


def test_a_document_with_one_old_field_needs_rotation() -> None:
    sealed = seal(PAYMENT, "payment", PLACE, NEW)
    sealed["pay_from"] = seal(PAYMENT, "payment", PLACE, OLD)["pay_from"]
    assert needs_rotation(sealed, "payment", NEW)


def test_a_key_whose_id_begins_like_the_current_one_is_another_key() -> None:
    ring = KeyRing(f"k1:{key(1)},k10:{key(10)}")
    sealed = seal(PAYMENT, "payment", PLACE, KeyRing(f"k10:{key(10)}"))
    assert needs_rotation(sealed, "payment", ring)


def test_rotation_does_not_seal_what_an_intruder_wrote() -> None:
    forged = {**seal(PAYMENT, "payment", PLACE, OLD), "pay_to": [{"account": "XX00 INTRUDER"}]}
    assert needs_rotation(forged, "payment", NEW)
    with pytest.raises(DecryptionError):
        rotate(forged, "payment", PLACE, NEW)


def test_a_document_without_restricted_fields_stays_as_it_is() -> None:
    plain = to_canonical(take(full("contract")))
    assert seal(plain, "contract", PLACE, NEW) == plain
    assert not needs_rotation(plain, "contract", NEW)


# Keys


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "key 1: expected `id:base64` with an id"),
        (key(1), "key 1: expected `id:base64` with an id"),
        (f"{key(1)}:k1", "key 1: expected `id:base64` with an id"),
        (f"K1:{key(1)}", "key 1: expected `id:base64` with an id"),
        (f"k1:{key(1)},", "key 2: expected `id:base64` with an id"),
        (f"k.1:{key(1)}", "key 1: expected `id:base64` with an id"),
        (f"k1:{key(1)[:-5]}", "key 1: expected base64"),
        (f"k1:{key(1)}!", "key 1: expected base64"),
        ("k1:schlüssel", "key 1: expected base64"),
        (f"k1: {key(1)}", "key 1: expected base64"),
        (f"k1:{key(1, 31)}", "key 1: expected 32 bytes, found 31"),
        (f"k1:{key(1, 16)}", "key 1: expected 32 bytes, found 16"),
        (f"k1:{key(1, 33)}", "key 1: expected 32 bytes, found 33"),
        ("k1:", "key 1: expected 32 bytes, found 0"),
        ("k1:" + base64.b64encode(bytes(32)).decode(), "key 1: expected random bytes"),
        ("k1:" + base64.b64encode(b"password" * 4).decode(), "key 1: expected random bytes"),
        (f"k1:{key(1)},k1:{key(2)}", "key 2: expected an id of its own"),
        (f"k1:{key(1)},k2:{key(1)}", "key 2: expected a key of its own"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused_and_not_shown(text: str, message: str) -> None:
    with pytest.raises(BadKeys, match=message) as caught:
        KeyRing(text)
    shown = "".join(traceback.format_exception(caught.value))
    said = [line for line in shown.splitlines() if not line.startswith("  ")]
    assert not any(part in line for part in text.split(":") for line in said if len(part) > 4)


def test_spaces_around_entries_do_not_count() -> None:
    assert KeyRing(f" k1:{key(1)},\n k2:{key(2)} \n").current_id == "k1"


def everything_in(value: object, depth: int = 4) -> str:
    """What an object holds, as far as Python shows it."""
    slots = getattr(type(value), "__slots__", ())
    inside = [getattr(value, name) for name in slots if hasattr(value, name)]
    if isinstance(value, dict) or hasattr(value, "items"):
        inside += [*getattr(value, "values")()]  # noqa: B009
    return repr(value) + "".join(everything_in(item, depth - 1) for item in inside if depth)


@pytest.mark.parametrize("holder", [NEW, TokenKey(f"t1:{key(1)}")], ids=["ring", "token key"])
def test_no_key_is_shown_pickled_or_copied(holder: object) -> None:
    raw = base64.b64decode(key(1))
    for shown in (repr(holder), str(holder), f"{holder}", everything_in(holder)):
        assert key(1) not in shown
        assert raw.hex() not in shown
        assert repr(raw)[2:-1] not in shown
    for write in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="holds secrets"):
            write(holder)  # type: ignore[operator]
    with pytest.raises(TypeError):
        vars(holder)
    with pytest.raises(TypeError):
        json.dumps(holder)


def test_a_ring_says_which_keys_it_has() -> None:
    assert repr(NEW) == "<KeyRing sealing with k2, opening ['k1'] too>"


def test_errors_are_one_tree() -> None:
    assert issubclass(BadKeys, EncryptionError)
    assert issubclass(DecryptionError, EncryptionError)


# Tokens


def test_a_token_is_stable_while_sealing_keys_rotate() -> None:
    assert TokenKey(f"t1:{key(9)}").token(IBAN) == TokenKey(f"t1:{key(9)}").token(IBAN)
    assert TokenKey(f"t1:{key(9)}").token(IBAN) != TokenKey(f"t1:{key(8)}").token(IBAN)


def test_a_token_names_its_key_and_nothing_of_the_value() -> None:
    token = TokenKey(f"t1:{key(9)}").token(IBAN)
    assert token.startswith("t1:")
    assert len(token) == 3 + 64
    assert IBAN[4:10] not in token


def test_tokens_are_made_with_a_key_of_their_own_even_from_the_same_bytes() -> None:
    import hmac
    from hashlib import sha256

    plainly = hmac.new(base64.b64decode(key(9)), IBAN.encode(), sha256).hexdigest()
    assert TokenKey(f"t1:{key(9)}").token(IBAN) != f"t1:{plainly}"


def test_tokens_are_what_they_were_in_the_last_version() -> None:
    # Stored tokens are compared with new ones: a change here needs all of them made again.
    assert TokenKey(f"t1:{key(9)}").token("x") == TOKEN_OF_X


def test_what_was_sealed_by_the_last_version_still_opens() -> None:
    assert KeyRing(f"k1:{key(1)}").decrypt(SEALED_X, ("a",)) == b"x"


@given(st.text(), st.text())
def test_tokens_are_equal_exactly_for_equal_values(first: str, second: str) -> None:
    tokens = TokenKey(f"t1:{key(9)}")
    assert (tokens.token(first) == tokens.token(second)) == (first == second)


def test_there_is_one_token_key() -> None:
    with pytest.raises(BadKeys, match="expected one token key, found 2"):
        TokenKey(f"t1:{key(1)},t2:{key(2)}")
