"""Checkpoints have the form that other tools read, and say who signed them (F5)."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from engine.trail.notes import (
    Checkpoint,
    Key,
    NoteRefused,
    Signature,
    checkpoint_of,
    key_of,
    key_text,
    note_of,
    note_text,
    text_of,
)

# The key of Go's checksum database; and the example of Go's package for notes.
KEY = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
EXAMPLE = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqf\
qdngotpRZb6KE6RyyBwJnAM=
"""
ROOT = bytes(range(32))
PRIVATE = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
OURS = Key("acme/trail", PRIVATE.public_key().public_bytes_raw())


def signed(text: str, private: Ed25519PrivateKey = PRIVATE, key: Key = OURS) -> str:
    return note_text(text, [Signature(key.name, key.id, private.sign(text.encode()))])


def test_a_checkpoint_is_three_lines_and_read_again() -> None:
    checkpoint = Checkpoint("acme/trail", 5, ROOT)
    text = text_of(checkpoint)
    assert text == f"acme/trail\n5\n{base64.b64encode(ROOT).decode()}\n"
    assert checkpoint_of(text) == checkpoint


@given(st.integers(0, 10**17), st.binary(min_size=32, max_size=32))
def test_whatever_is_written_is_read(size: int, root: bytes) -> None:
    checkpoint = Checkpoint("log", size, root)
    note = note_of(signed(text_of(checkpoint)))
    assert checkpoint_of(note.text) == checkpoint
    assert note.signed_by([OURS]) == (OURS,)


@pytest.mark.parametrize("text", [KEY, NEUMANN, key_text(OURS)])
def test_a_key_is_handed_over_as_others_do_it(text: str) -> None:
    assert key_text(key_of(text)) == text


def test_a_note_that_another_tool_signed_is_read_and_checked() -> None:
    key = key_of(NEUMANN)
    assert note_of(EXAMPLE).signed_by([key]) == (key,)
    assert note_of(EXAMPLE.replace("the answer", "no answer")).signed_by([key]) == ()


def test_a_signature_of_an_unknown_key_says_nothing() -> None:
    text = text_of(Checkpoint("acme/trail", 5, ROOT))
    other = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
    theirs = Key("witness", other.public_key().public_bytes_raw())
    ours = Signature(OURS.name, OURS.id, PRIVATE.sign(text.encode()))
    witness = Signature("witness", theirs.id, other.sign(text.encode()))
    note = note_of(note_text(text, [ours, witness]))
    assert note.signed_by([OURS]) == (OURS,)
    assert note.signed_by([OURS, theirs]) == (OURS, theirs)
    assert note.signed_by([]) == ()


def test_a_signature_that_does_not_fit_its_key_makes_the_note_signed_by_nobody() -> None:
    text = text_of(Checkpoint("acme/trail", 5, ROOT))
    good = Signature(OURS.name, OURS.id, PRIVATE.sign(text.encode()))
    bad = Signature(OURS.name, OURS.id, PRIVATE.sign(b"another text"))
    assert note_of(note_text(text, [good, bad])).signed_by([OURS]) == ()
    assert note_of(note_text(text, [bad])).signed_by([OURS]) == ()


def test_another_text_under_a_signature_is_signed_by_nobody() -> None:
    note = signed(text_of(Checkpoint("acme/trail", 5, ROOT)))
    assert note_of(note.replace("\n5\n", "\n6\n")).signed_by([OURS]) == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acme\n5\n",
        "acme\n5\nAAAA\n",
        "acme\n05\n" + base64.b64encode(ROOT).decode() + "\n",
        "acme\n-5\n" + base64.b64encode(ROOT).decode() + "\n",
        "ac me\n5\n" + base64.b64encode(ROOT).decode() + "\n",
        "acme\n5\n" + base64.b64encode(ROOT).decode() + "\nmore\n",
        "acme\n5\n" + base64.b64encode(ROOT).decode(),
        "acme\n5\n" + base64.b64encode(ROOT).decode() + " \n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused, match="expected"):
        checkpoint_of(text)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\nname c2ln\n",
        "text\n\n\u2014 name\n",
        "text\n\n\u2014 name ####\n",
        "text\n\n\u2014 name AAAA\n",
        "text\n\n\u2014 na+me AAAAAAAA\n",
        "text\n\n\u2014 name AAAAAAAA",
        "t" * 10_001,
        "text\n\n" + "\u2014 n AAAAAAAA\n" * 101,
    ],
)
def test_what_is_no_note_is_refused(data: str) -> None:
    with pytest.raises(NoteRefused, match="expected"):
        note_of(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "name+00000000+" + base64.b64encode(b"\x01" + bytes(32)).decode(),
        "name+zz+AQ==",
        KEY.replace("+033de0ae+", "+033de0af+"),
        "name+033de0ae+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
        "name+033de0ae+" + base64.b64encode(b"\x01" + bytes(31)).decode(),
    ],
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused, match="expected"):
        key_of(text)


@pytest.mark.parametrize(
    "checkpoint", [Checkpoint("a b", 1, ROOT), Checkpoint("a", -1, ROOT), Checkpoint("a", 1, b"")]
)
def test_a_checkpoint_that_cannot_be_written_is_refused(checkpoint: Checkpoint) -> None:
    with pytest.raises(NoteRefused):
        text_of(checkpoint)
