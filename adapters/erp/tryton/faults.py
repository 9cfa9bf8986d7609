"""What Tryton's refusals mean. Its texts are recognized here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from adapters.erp.connector import ErpError, Fault
from adapters.transport import LONGEST_TEXT, Answer, one_line

# What Tryton 8.0 answers, by how its English messages begin: further on stand names that people
# give, which must not decide. A warning is recognized by its name, which is put before its text.
_MESSAGES: Final = tuple(
    (re.compile(pattern), fault, code)
    for pattern, fault, code in (
        (r"To continue, you must reopen the period ", Fault.BUSINESS, "period_closed"),
        (r"You cannot [^\"]* in closed period ", Fault.BUSINESS, "period_closed"),
        (r"To continue, you must create a period ", Fault.BUSINESS, "no_period"),
        (r"\w+\.invoice_similar: ", Fault.BUSINESS, "duplicate_reference"),
        (r'A value is required for field "Account" ', Fault.BUSINESS, "account_missing"),
        (r'The value "[^"]*" for field "Account" ', Fault.BUSINESS, "account_wrong_company"),
        (r'Calling button "', Fault.AUTH, "not_allowed"),
        (r"You are not allowed to ", Fault.AUTH, "not_allowed"),
        (r'You can not call "', Fault.CONFLICT, "concurrent_change"),
        (r"You are trying to [a-z ]+ records ", Fault.CONFLICT, "concurrent_change"),
        (r"To delete invoice ", Fault.CONFLICT, "concurrent_change"),
    )
)  # fmt: skip

# A database that gives up a transaction has taken it back; the server says so with a 503. (It says
# the same where only the note on the session failed, after all was done: `post` looks first.)
_TAKEN_BACK: Final = re.compile(
    r"could not obtain lock|could not serialize access|deadlock detected|lock timeout"
    r"|database is locked|database table is locked"
)
_STATUS: Final = {
    401: (Fault.AUTH, "login_refused"),
    403: (Fault.AUTH, "not_allowed"),
    404: (Fault.NOT_FOUND, "not_found"),
    429: (Fault.THROTTLED, "throttled"),
}


def of_error(kind: str, rest: Sequence[Any]) -> ErpError:
    """The fault that the server states in an answer of its own; its transaction was taken back.

    `kind` is the class of Tryton's exception, or the text of one that it did not foresee.
    """
    message = _message(kind, rest)
    if kind == "ConcurrencyException":
        return ErpError(Fault.CONFLICT, "concurrent_change", message)
    if kind not in ("UserError", "UserWarning"):
        return ErpError(Fault.INVALID, "not_understood", f"the ERP failed with {message}")
    for pattern, fault, code in _MESSAGES:
        if pattern.match(message):
            return ErpError(fault, code, message)
    return ErpError(Fault.BUSINESS, "business_rule", message)


def _message(kind: str, rest: Sequence[Any]) -> str:
    """What is said in words; behind it the server may attach a whole schema.

    A warning is `[name, text, description]`, an error `[text, description, schema]`.
    """
    match kind, rest:
        case "UserWarning", [[str(name), str(text), *_], *_]:
            return one_line(f"{name}: {text}")
        case "UserError", [[str(text), *_], *_]:
            return one_line(text)
        case "ConcurrencyException", [str(text), *_]:
            return one_line(text)
        case _:
            return one_line(kind)


def of_status(answer: Answer, *, writes: bool) -> ErpError:
    """The fault behind a status that is not 200."""
    told = one_line(
        re.sub(r"<[^>]*>", " ", answer.body[: 8 * LONGEST_TEXT].decode("utf-8", "replace"))
    )
    message = f"the ERP answers with status {answer.status}: {told}"
    retry_after = _seconds(answer.headers.get("retry-after", ""))
    if answer.status in _STATUS:
        fault, code = _STATUS[answer.status]
        return ErpError(fault, code, message, retry_after)
    if answer.status == 503 and _TAKEN_BACK.search(told):
        return ErpError(Fault.TRANSIENT, "unavailable", message, retry_after)
    if 400 <= answer.status < 500:
        return ErpError(Fault.INVALID, "not_understood", message)
    if writes:
        return ErpError(Fault.UNKNOWN_OUTCOME, "outcome_unknown", message, retry_after)
    return ErpError(Fault.TRANSIENT, "unavailable", message, retry_after)


def not_understood(*, writes: bool) -> ErpError:
    """The fault of an answer that is none of Tryton's."""
    message = "the ERP answers with something that is no JSON-RPC"
    if writes:
        return ErpError(Fault.UNKNOWN_OUTCOME, "outcome_unknown", message)
    return ErpError(Fault.INVALID, "not_understood", message)


def _seconds(text: str) -> int | None:
    return int(text) if re.fullmatch(r"\d{1,6}", text, re.ASCII) else None
