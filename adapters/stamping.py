"""Time stamps of an authority (RFC 3161): asked for, and checked against its root certificate.

What is sent is a digest and a number that nobody can guess. The answer is checked before it is
kept, and again by whoever verifies an export: the signature, the chain up to the given root as of
the stated moment, the purpose of the certificate, and the digest. Revocation is not looked up.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from engine.trail.stamps import Stamp, StampRefused, digest_of_note, stamp_of, values_of

QUERY: Final = "application/timestamp-query"
REPLY: Final = "application/timestamp-reply"
# In a reply: the token, its content, the signed data, and of these the certificates.
_TO_CERTIFICATES: Final = (0, 1, 1, 0, 3)


class NoRoot(Exception):
    """A file holds no certificate that stamps could be checked against."""


class Roots:
    """The root certificates of authorities, as they were given from outside."""

    def __init__(self, data: bytes) -> None:
        """Those of a file in PEM. Raises `NoRoot`."""
        try:
            self._found = x509.load_pem_x509_certificates(data)
        except ValueError:
            raise NoRoot("expected certificates in PEM") from None

    def expect(self, reply: bytes, note: str, asked: TimeStampRequest | None = None) -> Stamp:
        """What a reply states, if one of these vouches for it. Raises `StampRefused`.

        `asked` is the request that it answers, where that is known.
        """
        builder = VerifierBuilder() if asked is None else VerifierBuilder.from_request(asked)
        stamp = stamp_of(reply)
        digest = digest_of_note(note)
        if stamp.digest != digest:
            raise StampRefused("the time stamp is over something else")
        for root in self._found:
            builder = builder.add_root_certificate(root)
        try:
            builder.build().verify(decode_timestamp_response(in_order(reply)), digest)
        except (VerificationError, ValueError) as problem:
            raise StampRefused(f"the signature does not hold: {_said(problem)}") from None
        return stamp


def roots_in(path: Path) -> Roots:
    """The certificates of a file. Raises `NoRoot`, also where it cannot be read."""
    try:
        return Roots(path.read_bytes())
    except OSError as problem:
        raise NoRoot(f"`{path.name}` cannot be read: {problem.strerror}") from None


def request_for(note: str) -> TimeStampRequest:
    """What an authority is asked for a checkpoint; it is to send its certificates along."""
    return TimestampRequestBuilder(note.encode(), HashAlgorithm.SHA256).build()


def in_order(reply: bytes) -> bytes:
    """The reply with its certificates in the order that DER wants, and the library insists on.

    OpenSSL sends them in another one. They are not part of what is signed.
    """
    return _sorted_at(reply, _TO_CERTIFICATES)


def _sorted_at(data: bytes, path: tuple[int, ...]) -> bytes:
    """The values with those sorted that the last one of the path holds."""
    if not path:
        return b"".join(sorted(written(*each) for each in values_of(data)))
    found = [*values_of(data)]
    if path[0] < len(found):
        tag, held = found[path[0]]
        found[path[0]] = tag, _sorted_at(held, path[1:])
    return b"".join(written(*each) for each in found)


def written(tag: int, held: bytes) -> bytes:
    """A value in DER."""
    size = len(held)
    if size < 0x80:
        return bytes([tag, size]) + held
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + held


def _said(problem: Exception) -> str:
    """What a library says, on one line."""
    return " ".join(str(problem).split())[:200]
