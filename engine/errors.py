"""Every exception the core raises, in one small tree.

    CountersignError
    ├── InputError            what came in cannot be a document; carries the field and a code
    ├── NotReadBack           what was kept of a document, and is none under the set it names
    ├── MoneyError            text that is not an amount of its currency
    │   └── UnknownCurrency   a currency that ISO 4217 does not list
    └── PolicyError           a compiled policy that cannot be used as asked

A business "no" (held, refused, a finding) is a value and never an exception.
"""

from __future__ import annotations


class CountersignError(Exception):
    """Root of what this product raises on purpose."""


class InputError(CountersignError):
    """A document or fact that cannot be accepted; no case comes into being.

    `field` is the path as the sender knows it (`lines[2].net`), `code` is stable.
    """

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.code = code
        self.field = field
        self.message = message


class NotReadBack(CountersignError):
    """What was kept of a document is none under the set it names. The message is one line."""


class MoneyError(CountersignError):
    """Text that is not an amount: `invalid_amount`, `invalid_minor_unit`, `amount_overflow`."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class UnknownCurrency(MoneyError):
    """A currency code that ISO 4217 does not list."""

    def __init__(self, currency: str) -> None:
        super().__init__("unknown_currency", f"`{currency}` is not a currency of ISO 4217")


class PolicyError(CountersignError):
    """A compiled policy was asked for something it does not hold."""


class InputErrors(InputError):
    """Every reason why a document cannot be accepted, in the order of its fields."""

    def __init__(self, errors: tuple[InputError, ...]) -> None:
        first = errors[0]
        super().__init__(first.code, first.field, first.message)
        self.errors = errors
