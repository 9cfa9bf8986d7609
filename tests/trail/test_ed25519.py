"""Signatures are checked as a library checks them, and more strictly (F5)."""

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from engine.trail.ed25519 import verify

# RFC 8032, section 7.1: public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]
ORDER = 2**252 + 27742317777372353535851937790883648493
SMALL = [  # points of small order, and one that is written in two ways
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


def _signed(seed: bytes, message: bytes) -> tuple[bytes, bytes]:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    return key.public_key().public_bytes_raw(), key.sign(message)


def _library_accepts(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_standard_are_accepted(
    public: str, message: str, signature: str
) -> None:
    assert verify(bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature))


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_what_the_library_signs_is_accepted(seed: bytes, message: bytes) -> None:
    public, signature = _signed(seed, message)
    assert verify(public, message, signature)


@given(
    st.binary(min_size=32, max_size=32),
    st.binary(max_size=50),
    st.integers(0, 63),
    st.integers(1, 255),
)
def test_one_changed_byte_makes_it_none(
    seed: bytes, message: bytes, position: int, flip: int
) -> None:
    public, signature = _signed(seed, message)
    changed = bytearray(signature)
    changed[position] ^= flip
    assert not verify(public, message, bytes(changed))
    assert not verify(public, message + b"x", signature)
    other = bytearray(public)
    other[position % 32] ^= flip
    assert not verify(bytes(other), message, signature)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=64, max_size=64))
def test_whatever_bytes_are_accepted_the_library_accepts_too(public: bytes, noise: bytes) -> None:
    assert not verify(public, b"message", noise) or _library_accepts(public, b"message", noise)


def test_a_number_beyond_the_order_is_another_signature_of_the_same_and_refused() -> None:
    public, signature = _signed(b"k" * 32, b"message")
    s = int.from_bytes(signature[32:], "little") + ORDER
    assert not verify(public, b"message", signature[:32] + s.to_bytes(32, "little"))


@pytest.mark.parametrize("key", SMALL)
def test_a_key_that_would_sign_everything_is_refused(key: str) -> None:
    public = bytes.fromhex(key)
    neutral = bytes.fromhex(SMALL[0])
    assert not verify(public, b"whatever", neutral + bytes(32))


@pytest.mark.parametrize(
    ("public", "signature"), [(b"", b""), (bytes(31), bytes(64)), (bytes(32), b"")]
)
def test_what_has_another_length_is_none(public: bytes, signature: bytes) -> None:
    assert not verify(public, b"", signature)
