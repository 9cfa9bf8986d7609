"""English texts of what keeps a document from posting."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from engine.explaining.messages import Text

READINESS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "posting_date_missing": Text(
            "The date that the document posts on is missing.",
            "The policy takes the posting date from `{field}`, and the document does not state it.",
        ),
        "period_unknown": Text(
            "It is not known whether the period of {posting_date} is open.",
            "Master data have no single {kind} period of the entity for {posting_date}"
            "[, ledger {ledger}]. A period that is not known is not open.",
        ),
        "period_closed": Text(
            "The period {period} is closed.",
            "The posting date {posting_date} lies in the {kind} period {period}"
            "[ of the ledger {ledger}], which is closed[ since {closed_at}].",
        ),
        "period_not_open": Text(
            "The period {period} is not open yet.",
            "The posting date {posting_date} lies in the {kind} period {period}"
            "[ of the ledger {ledger}], which opens at {opens_at}.",
        ),
        "period_closed_in_erp": Text(
            "The ERP says that the period of {posting_date} is closed.",
            "Master data have the {kind} period of {posting_date} as open, the ERP answered that "
            "it is closed. The stricter answer counts.",
        ),
        "supplier_missing": Text(
            "The document names no supplier.",
            "The policy asks whether the supplier is active, and the document names none.",
        ),
        "supplier_unknown": Text(
            "The supplier is not known[: {detail}].",
            "Master data have no supplier of this name[: {detail}], so it cannot be told whether "
            "it is active.",
        ),
        "supplier_status_unknown": Text(
            "The status of the supplier {supplier} is not known.",
            "Master data state no status of the supplier {supplier}. A status that is not known "
            "is not active.",
        ),
        "supplier_inactive": Text(
            "The supplier {supplier} is not active.",
            "The supplier {supplier} has the status {status}; the policy counts as active: "
            "{active}.",
        ),
        "supplier_inactive_in_erp": Text(
            "The ERP says that the supplier {supplier} is not active.",
            "Master data have the supplier {supplier} as active, the ERP answered that it is not. "
            "The stricter answer counts.",
        ),
        "duties_in_conflict": Text(
            "{person} did what one person may not both do.",
            "The conflict {conflict} keeps one person from both: {person} did {act}"
            "[ and {other}][. The risk: {risk}].",
        ),
        "duties_undecided": Text(
            "It cannot be told whether duties are in conflict[: {detail}].",
            "What was done on the document and its chain cannot be compared[: {detail}].",
        ),
        "entity_unknown": Text(
            "The legal entity is not known[: {detail}].",
            "The policy set declares no entity of this name[: {detail}], so no check can be found.",
        ),
        "document_type_unknown": Text(
            "Documents of this type are not covered by the policy[: {detail}].",
            "The policy set declares no document type of this name[: {detail}], so no check can "
            "be found.",
        ),
    }
)

EVIDENCE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "evidence.document": "the document with what it lacks",
        "evidence.open_period": "another posting date, or the period opened",
        "evidence.period_record": "the period in the master data",
        "evidence.supplier_record": "the supplier, with its status, in the master data",
        "evidence.active_supplier": "the supplier active again, or another supplier",
        "evidence.other_people": "one of the two done by somebody else",
    }
)
