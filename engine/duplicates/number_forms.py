"""Numbers printed on documents, without what people write differently.

Two classes. `normalised` takes away what never tells two numbers apart: upper and lower case,
spaces, punctuation, zeros in front, and words such as `Invoice No.` in front of the digits. What
is equal then is the same number. `similar` goes on to what is likely the same number: an O read as
0, an I or l read as 1, zeros inside (`2027-001` and `2027-1`), and what is put behind a number to
enter it again (`4711A`, `4711-1`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

# Words for a document in front of its digits, longest first. A credit note's (`CN`, `GS`) are not
# among them: it is another document than the invoice with these digits.
_WORDS: Final = (
    "rechnungsnummer rechnungsnr rechnungs rechnung belegnummer belegnr beleg invoicenumber invoice"
    " factura facture fattura faktura number nummer numero rechnr bill fact rgnr inv fac num doc"
    " ref rnr nr no re rg"
).split()
# Nothing is tried a second way (`(?>`, `++`): numbers of many such words would take for ever.
_IN_FRONT: Final = re.compile(rf"(?>{'|'.join(_WORDS)})++(?=[0-9])")
_ZEROS_IN_FRONT: Final = re.compile(r"(?<![0-9])0+(?=[0-9])")
_READ_WRONG: Final = str.maketrans({"o": "0", "i": "1", "l": "1"})
_BESIDE_DIGITS: Final = re.compile(r"[oil]+(?=[0-9])|(?<=[0-9])[oil]+")
# Cyrillic letters, by code, that look like these; nobody tells the two apart on paper.
_LOOKS_LIKE: Final = str.maketrans(
    "\u0430\u0432\u0435\u043a\u043c\u043d\u043e\u0440\u0441\u0442\u0443\u0445\u0456\u0458",
    "abekmhopctyxij",
)
_LETTERS_BEHIND: Final = re.compile(r"(?<=[0-9])[a-z]{1,2}$")
_DIGIT_BEHIND: Final = re.compile(r"(?:[^\w ] ?|[ _])[0-9]$")
_SEPARATED: Final = re.compile(r"[\W_]+")
_YEAR: Final = re.compile(r"(?:19|20)[0-9]{2}")
MOST_KEPT: Final = 10_000  # numbers whose forms are remembered
SHORTEST_REST: Final = 3  # characters that must be left before something behind them is taken away


def printed(text: str) -> str:
    """The number as it is printed, apart from case and the width of spaces."""
    return " ".join(_folded(text).split())


@lru_cache(MOST_KEPT)
def normalised(text: str) -> str:
    """The number without what never tells two apart; empty where it has no letter or digit.

    Doing it twice changes nothing.
    """
    return _cleaned("".join(filter(str.isalnum, _folded(text))))


def similar(text: str) -> frozenset[str]:
    """Every form of the number; two numbers are similar that have one of them in common.

    That is no equivalence: `4711A` and `4711B` are both similar to `4711`, and to each other.
    """
    plain = normalised(text)
    if not plain:
        return frozenset()
    text = printed(text)
    groups = [part.lstrip("0") or "0" for part in _SEPARATED.split(text) if part]
    read = _BESIDE_DIGITS.sub(_as_digits, "".join(filter(str.isalnum, text)))
    forms = {plain, _cleaned("".join(groups)), _cleaned(read)}
    if len(groups) > 1 and groups[0] in _WORDS:  # `RE-F0` is `REF 0`, or the word RE before F0
        forms.add(_rest(_cleaned("".join(groups[1:]))))
    shorter = _DIGIT_BEHIND.sub("", text)
    if shorter != text:
        forms.add(_rest(normalised(shorter)))
    forms |= {_rest(_LETTERS_BEHIND.sub("", form)) for form in forms}
    return frozenset(_read_alike(form) for form in forms if form)


def _folded(text: str) -> str:
    """Lower case, in the plain forms of letters and digits."""
    if text.isascii():  # as nearly all are: nothing else changes them
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold()).casefold()
    digits = (_digit(char) for char in plain if not unicodedata.combining(char))
    return "".join(digits).translate(_LOOKS_LIKE)


def _digit(char: str) -> str:
    """The digits of any script as ours."""
    return char if char.isascii() or not char.isdecimal() else str(unicodedata.decimal(char))


def _cleaned(alnum: str) -> str:
    """Letters and digits without zeros in front of digits and without words in front of all."""
    shorter = _ZEROS_IN_FRONT.sub("", alnum)
    found = _IN_FRONT.match(shorter)
    return shorter[found.end() :] if found else shorter


def _as_digits(found: re.Match[str]) -> str:
    return found[0].translate(_READ_WRONG)


def _rest(form: str) -> str:
    """What is left of a number; nothing where that is too little, or only a year."""
    is_telling = len(form) >= SHORTEST_REST and any(map(str.isdigit, form))
    return form if is_telling and not _YEAR.fullmatch(form) else ""


def _read_alike(form: str) -> str:
    """With letters that are read as digits turned into them, and no zeros in front."""
    return _ZEROS_IN_FRONT.sub("", form.translate(_READ_WRONG))
