"""A request to take on a supplier or to change one, bank details included."""

from __future__ import annotations

from typing import Annotated

from pydantic import PlainValidator

from engine.documents.fields import CONFIDENTIAL, INTERNAL, RESTRICTED, Name, Names, Text, one_of
from engine.documents.header import BankAccounts, Header

RequestKind = Annotated[
    str, PlainValidator(one_of("onboarding", "change"), json_schema_input_type=str)
]


class SupplierRequest(Header):
    """Who the supplier is, or what shall change; `supplier` is its id where it has one."""

    request_kind: Annotated[RequestKind, INTERNAL] = ""
    supplier_name: Annotated[Name, INTERNAL] = ""
    supplier_address: Annotated[Text, CONFIDENTIAL] = ""
    supplier_contact: Annotated[Text, CONFIDENTIAL] = ""
    payment_terms: Annotated[Name, INTERNAL] = ""
    tax_ids: Annotated[Names, RESTRICTED] = ()
    bank_details: Annotated[BankAccounts, RESTRICTED] = ()
