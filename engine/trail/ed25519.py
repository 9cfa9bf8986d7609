"""Whether an Ed25519 signature is one (RFC 8032), in plain Python.

Only checks, and only public values: whoever verifies a trail needs nothing but Python, and nothing
here has to run in constant time. Signing is `adapters/signing.py`, with a library; a test compares
the two. Strict: points and numbers in no other way than the shortest, no key of small order.
"""

from __future__ import annotations

import hashlib
from typing import Final

_P: Final = 2**255 - 19
_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_D: Final = -121665 * pow(121666, -1, _P) % _P
_ROOT: Final = pow(2, (_P - 1) // 4, _P)
_COFACTOR: Final = 8
KEY_SIZE: Final = 32
SIGNATURE_SIZE: Final = 64

Point = tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, x*y = T/Z
_NEUTRAL: Final[Point] = (0, 1, 1, 0)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of the key (32 bytes) signed the message; `False` for whatever has not
    the form of a key or a signature."""
    if len(public) != KEY_SIZE or len(signature) != SIGNATURE_SIZE:
        return False
    key, commitment = _point(public), _point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if key is None or commitment is None or s >= _ORDER:
        return False
    if _is_same(_times(_COFACTOR, key), _NEUTRAL):
        return False  # a key of small order signs everything
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    challenge = int.from_bytes(digest, "little") % _ORDER
    return _is_same(_times(s, _BASE), _add(commitment, _times(challenge, key)))


def _add(one: Point, other: Point) -> Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % _P
    b = (one[1] + one[0]) * (other[1] + other[0]) % _P
    c = 2 * one[3] * other[3] * _D % _P
    d = 2 * one[2] * other[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _times(factor: int, point: Point) -> Point:
    found = _NEUTRAL
    while factor:
        if factor & 1:
            found = _add(found, point)
        point = _add(point, point)
        factor >>= 1
    return found


def _is_same(one: Point, other: Point) -> bool:
    return (
        one[0] * other[2] % _P == other[0] * one[2] % _P
        and one[1] * other[2] % _P == other[1] * one[2] % _P
    )


def _point(data: bytes) -> Point | None:
    """The point in its 32 bytes; `None` for none, and for one that is written another way."""
    number = int.from_bytes(data, "little")
    is_odd, y = number >> 255, number & (1 << 255) - 1
    if y >= _P:
        return None
    x = _x_of(y, is_odd)
    return None if x is None else (x, y, 1, x * y % _P)


def _x_of(y: int, is_odd: int) -> int | None:
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    if square == 0:
        return None if is_odd else 0
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P:
        return None
    return x if x & 1 == is_odd else _P - x


def _base() -> Point:
    y = 4 * pow(5, -1, _P) % _P
    x = _x_of(y, 0)
    if x is None:
        raise ArithmeticError("the base point is none")
    return x, y, 1, x * y % _P


_BASE: Final = _base()
