"""What stands instead of a value that somebody may not see, and which names say that they hold one.

Apart from `classes.py`, which knows the class of every place and needs the declared models for it:
what decides and what performs a decision again needs no more than these.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

# Nothing of a value is left, not even its last digits: they serve to recognise an account that the
# reader knows, but of a short tax id they are half, and with a bank's country and check digits they
# narrow an account down. Whether two accounts are the same is answered by tokens instead.
MASK: Final = "***"

_SECRET_WORDS: Final = frozenset(
    "account bic card iban passport password pin secret ssn swift token".split()
)
_SECRET_PAIRS: Final = frozenset({"api_key", "bank_details", "private_key", "tax_id", "vat_id"})
_BETWEEN: Final = re.compile(r"[\W_]+")


def names_a_secret(name: str) -> bool:
    """Whether a name chosen by somebody says that what it names is not for everybody's eyes."""
    words = _BETWEEN.sub("_", name).casefold().split("_")
    pairs = {f"{first}_{second}" for first, second in pairwise(words)}
    return not _SECRET_WORDS.isdisjoint(words) or not _SECRET_PAIRS.isdisjoint(pairs)
