"""A request to take on a supplier or to change one, bank details included."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator

from engine.documents.fields import (
    CONFIDENTIAL,
    INTERNAL,
    RESTRICTED,
    Moment,
    Name,
    Names,
    Text,
    one_of,
)
from engine.documents.header import BankAccounts, Header

RequestKind = Annotated[
    str, PlainValidator(one_of("onboarding", "change"), json_schema_input_type=str)
]


class SupplierRequest(Header):
    """Who the supplier is, or what shall change; `supplier` is its id where it has one.

    `called_back_by` is the person who called the supplier to have the bank details confirmed, at
    `called_back_at` (aware) under `called_back_number`.
    """

    request_kind: Annotated[RequestKind, INTERNAL] = ""
    supplier_name: Annotated[Name, INTERNAL] = ""
    supplier_country: Annotated[Name, INTERNAL] = ""
    supplier_address: Annotated[Text, CONFIDENTIAL] = ""
    supplier_contact: Annotated[Text, CONFIDENTIAL] = ""
    payment_terms: Annotated[Name, INTERNAL] = ""
    tax_ids: Annotated[Names, RESTRICTED] = ()
    bank_details: Annotated[BankAccounts, RESTRICTED] = ()
    called_back_by: Annotated[Name, CONFIDENTIAL] = ""
    called_back_at: Annotated[Moment | None, INTERNAL] = None
    called_back_number: Annotated[Name, RESTRICTED] = ""
