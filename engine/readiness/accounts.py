"""Bank accounts and texts in the details of a document, as checks compare them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from engine.documents.model import BankDetails, Detail, Document, Line
from engine.master_data import MasterData

ACCOUNTS: Final = ("bank_details", "pay_to")


def banks_in(stated: Detail) -> Iterator[BankDetails]:
    """The accounts that a field states."""
    for each in stated if isinstance(stated, tuple) else ():
        if isinstance(each, BankDetails):
            yield each


def accounts_in(data: MasterData, document: Document, *fields: str) -> set[str]:
    """Tokens of the accounts that fields of the header state."""
    return {
        data.token("bank_account", bank.account)
        for field in fields
        for bank in banks_in(document.details.get(field, ()))
    }


def line_accounts(data: MasterData, line: Line) -> set[str]:
    """Tokens of the accounts to which the item of a payment goes."""
    stated = banks_in(line.details.get("pay_to", ()))
    return {data.token("bank_account", bank.account) for bank in stated}


def holders_in(document: Document) -> list[str]:
    """The holders of the accounts that money would go to, as they are stated."""
    stated = (bank for field in ACCOUNTS for bank in banks_in(document.details.get(field, ())))
    return [bank.holder for bank in stated if bank.holder]


def texts_in(document: Document, field: str) -> list[str]:
    """What a field states, one text or several."""
    stated = document.details.get(field, ())
    texts = stated if isinstance(stated, tuple) else (stated,)
    return [text for text in texts if isinstance(text, str) and text]
