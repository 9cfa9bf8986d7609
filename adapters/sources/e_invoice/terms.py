"""Where each business term of EN 16931-1 stands, in the two syntaxes that the norm allows.

Sources: EN 16931-1 for the terms, CEN/TS 16931-3-2 (UBL 2.1) and 16931-3-3 (CII D16B) for the
paths, and the specification XRechnung 3.0 for its extension (`BG-DEX-...`). How paths are written
says `looking`. A group is looked for from the root; a term of a group from the group's element.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

UBL: Final = "ubl"
CII: Final = "cii"

_DOCUMENT: Final = "rsm:ExchangedDocument"
_TRADE: Final = "rsm:SupplyChainTradeTransaction"
_AGREED: Final = f"{_TRADE}/ram:ApplicableHeaderTradeAgreement"
_DELIVERED: Final = f"{_TRADE}/ram:ApplicableHeaderTradeDelivery"
_SETTLED: Final = f"{_TRADE}/ram:ApplicableHeaderTradeSettlement"
_SUMS: Final = f"{_SETTLED}/ram:SpecifiedTradeSettlementHeaderMonetarySummation"
_TOTAL: Final = "cac:LegalMonetaryTotal"
_DAY: Final = "udt:DateTimeString"


class Term(NamedTuple):
    """One term: its number, and where it stands. An empty path: the syntax does not have it."""

    number: str
    ubl: str
    cii: str

    def path(self, syntax: str) -> str:
        """Where it stands in this syntax."""
        return self.ubl if syntax == UBL else self.cii


Terms = Mapping[str, Term]

HEADER: Final[Terms] = MappingProxyType(
    {
        "number": Term("BT-1", "cbc:ID", f"{_DOCUMENT}/ram:ID"),
        "issued_on": Term(
            "BT-2", "cbc:IssueDate", f"{_DOCUMENT}/ram:IssueDateTime/udt:DateTimeString"
        ),
        "type_code": Term(
            "BT-3", "cbc:InvoiceTypeCode|cbc:CreditNoteTypeCode", f"{_DOCUMENT}/ram:TypeCode"
        ),
        "currency": Term("BT-5", "cbc:DocumentCurrencyCode", f"{_SETTLED}/ram:InvoiceCurrencyCode"),
        "tax_point_date": Term(
            "BT-7",
            "cbc:TaxPointDate",
            f"{_SETTLED}/ram:ApplicableTradeTax/ram:TaxPointDate/udt:DateString",
        ),
        "due_date": Term(
            "BT-9",
            "cbc:DueDate or cac:PaymentMeans/cbc:PaymentDueDate",
            f"{_SETTLED}/ram:SpecifiedTradePaymentTerms/ram:DueDateDateTime/{_DAY}",
        ),
        "buyer_reference": Term("BT-10", "cbc:BuyerReference", f"{_AGREED}/ram:BuyerReference"),
        "project": Term(
            "BT-11",
            "cac:ProjectReference/cbc:ID"
            " or cac:AdditionalDocumentReference[cbc:DocumentTypeCode=50]/cbc:ID",
            f"{_AGREED}/ram:SpecifiedProcuringProject/ram:ID",
        ),
        "contract": Term(
            "BT-12",
            "cac:ContractDocumentReference/cbc:ID",
            f"{_AGREED}/ram:ContractReferencedDocument/ram:IssuerAssignedID",
        ),
        "purchase_order": Term(
            "BT-13",
            "cac:OrderReference/cbc:ID",
            f"{_AGREED}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID",
        ),
        "sales_order": Term(
            "BT-14",
            "cac:OrderReference/cbc:SalesOrderID",
            f"{_AGREED}/ram:SellerOrderReferencedDocument/ram:IssuerAssignedID",
        ),
        "receiving_advice": Term(
            "BT-15",
            "cac:ReceiptDocumentReference/cbc:ID",
            f"{_DELIVERED}/ram:ReceivingAdviceReferencedDocument/ram:IssuerAssignedID",
        ),
        "despatch_advice": Term(
            "BT-16",
            "cac:DespatchDocumentReference/cbc:ID",
            f"{_DELIVERED}/ram:DespatchAdviceReferencedDocument/ram:IssuerAssignedID",
        ),
        "tender": Term(
            "BT-17",
            "cac:OriginatorDocumentReference/cbc:ID",
            f"{_AGREED}/ram:AdditionalReferencedDocument[ram:TypeCode=50]/ram:IssuerAssignedID",
        ),
        "invoiced_object": Term(
            "BT-18",
            "cac:AdditionalDocumentReference[cbc:DocumentTypeCode=130]/cbc:ID",
            f"{_AGREED}/ram:AdditionalReferencedDocument[ram:TypeCode=130]/ram:IssuerAssignedID",
        ),
        "accounting_reference": Term(
            "BT-19",
            "cbc:AccountingCost",
            f"{_SETTLED}/ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID",
        ),
        "payment_terms": Term(
            "BT-20",
            "cac:PaymentTerms/cbc:Note",
            f"{_SETTLED}/ram:SpecifiedTradePaymentTerms/ram:Description",
        ),
        "process": Term(
            "BT-23",
            "cbc:ProfileID",
            "rsm:ExchangedDocumentContext/ram:BusinessProcessSpecifiedDocumentContextParameter"
            "/ram:ID",
        ),
        "specification": Term(
            "BT-24",
            "cbc:CustomizationID",
            "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID",
        ),
        "preceding": Term(
            "BT-25",
            "cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID",
            f"{_SETTLED}/ram:InvoiceReferencedDocument/ram:IssuerAssignedID",
        ),
        "delivered_on": Term(
            "BT-72",
            "cac:Delivery/cbc:ActualDeliveryDate",
            f"{_DELIVERED}/ram:ActualDeliverySupplyChainEvent/ram:OccurrenceDateTime/{_DAY}",
        ),
        "period_start": Term(
            "BT-73",
            "cac:InvoicePeriod/cbc:StartDate",
            f"{_SETTLED}/ram:BillingSpecifiedPeriod/ram:StartDateTime/{_DAY}",
        ),
        "period_end": Term(
            "BT-74",
            "cac:InvoicePeriod/cbc:EndDate",
            f"{_SETTLED}/ram:BillingSpecifiedPeriod/ram:EndDateTime/{_DAY}",
        ),
        "payment_means": Term(
            "BT-81",
            "cac:PaymentMeans/cbc:PaymentMeansCode",
            f"{_SETTLED}/ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode",
        ),
        "payment_reference": Term(
            "BT-83", "cac:PaymentMeans/cbc:PaymentID", f"{_SETTLED}/ram:PaymentReference"
        ),
    }
)
TOTALS: Final[Terms] = MappingProxyType(
    {
        "lines": Term(
            "BT-106", f"{_TOTAL}/cbc:LineExtensionAmount", f"{_SUMS}/ram:LineTotalAmount"
        ),
        "allowances": Term(
            "BT-107", f"{_TOTAL}/cbc:AllowanceTotalAmount", f"{_SUMS}/ram:AllowanceTotalAmount"
        ),
        "charges": Term(
            "BT-108", f"{_TOTAL}/cbc:ChargeTotalAmount", f"{_SUMS}/ram:ChargeTotalAmount"
        ),
        "net": Term(
            "BT-109", f"{_TOTAL}/cbc:TaxExclusiveAmount", f"{_SUMS}/ram:TaxBasisTotalAmount"
        ),
        "tax": Term("BT-110", "cac:TaxTotal/cbc:TaxAmount", f"{_SUMS}/ram:TaxTotalAmount"),
        "gross": Term(
            "BT-112", f"{_TOTAL}/cbc:TaxInclusiveAmount", f"{_SUMS}/ram:GrandTotalAmount"
        ),
        "prepaid": Term("BT-113", f"{_TOTAL}/cbc:PrepaidAmount", f"{_SUMS}/ram:TotalPrepaidAmount"),
        "rounding": Term(
            "BT-114", f"{_TOTAL}/cbc:PayableRoundingAmount", f"{_SUMS}/ram:RoundingAmount"
        ),
        "payable": Term("BT-115", f"{_TOTAL}/cbc:PayableAmount", f"{_SUMS}/ram:DuePayableAmount"),
    }
)

# Groups that may stand several times, or are looked at as a whole.
NOTES: Final = Term("BT-22", "cbc:Note", f"{_DOCUMENT}/ram:IncludedNote")
SELLER: Final = Term(
    "BG-4", "cac:AccountingSupplierParty/cac:Party", f"{_AGREED}/ram:SellerTradeParty"
)
BUYER: Final = Term(
    "BG-7", "cac:AccountingCustomerParty/cac:Party", f"{_AGREED}/ram:BuyerTradeParty"
)
PAYEE: Final = Term("BG-10", "cac:PayeeParty", f"{_SETTLED}/ram:PayeeTradeParty")
TAX_REPRESENTATIVE: Final = Term(
    "BG-11", "cac:TaxRepresentativeParty", f"{_AGREED}/ram:SellerTaxRepresentativeTradeParty"
)
ACCOUNTS: Final = Term(
    "BG-17",
    "cac:PaymentMeans[cac:PayeeFinancialAccount/cbc:ID!=]",
    f"{_SETTLED}/ram:SpecifiedTradeSettlementPaymentMeans"
    "[ram:PayeePartyCreditorFinancialAccount/ram:IBANID|ram:ProprietaryID!=]",
)
ADJUSTMENTS: Final = Term(
    "BG-20, BG-21", "cac:AllowanceCharge", f"{_SETTLED}/ram:SpecifiedTradeAllowanceCharge"
)
TAXES: Final = Term("BG-23", "cac:TaxTotal/cac:TaxSubtotal", f"{_SETTLED}/ram:ApplicableTradeTax")
ATTACHMENTS: Final = Term(
    "BG-24",
    "cac:AdditionalDocumentReference[cac:Attachment/cbc:EmbeddedDocumentBinaryObject!=]"
    " or cac:AdditionalDocumentReference[cac:Attachment/cac:ExternalReference/cbc:URI!=]",
    f"{_AGREED}/ram:AdditionalReferencedDocument[ram:TypeCode=916]",
)
LINES: Final = Term(
    "BG-25", "cac:InvoiceLine|cac:CreditNoteLine", f"{_TRADE}/ram:IncludedSupplyChainTradeLineItem"
)
SUB_LINES: Final = Term("BG-DEX-01", "cac:SubInvoiceLine|cac:SubCreditNoteLine", "")
CLAIMS: Final = Term("BG-DEX-09", "cac:PrepaidPayment", "")

# Relative to the element of the party. The numbers are those of the seller.
PARTY: Final[Terms] = MappingProxyType(
    {
        "name": Term(
            "BT-27",
            "cac:PartyLegalEntity/cbc:RegistrationName or cac:PartyName/cbc:Name",
            "ram:Name",
        ),
        "id": Term(
            "BT-29",
            "cac:PartyIdentification/cbc:ID[@schemeID!=SEPA]",
            "ram:GlobalID or ram:ID",
        ),
        "registration": Term(
            "BT-30", "cac:PartyLegalEntity/cbc:CompanyID", "ram:SpecifiedLegalOrganization/ram:ID"
        ),
        "vat_id": Term(
            "BT-31",
            "cac:PartyTaxScheme[cac:TaxScheme/cbc:ID=VAT]/cbc:CompanyID",
            "ram:SpecifiedTaxRegistration/ram:ID[@schemeID=VA]",
        ),
        "tax_id": Term(
            "BT-32",
            "cac:PartyTaxScheme[cac:TaxScheme/cbc:ID!=VAT]/cbc:CompanyID",
            "ram:SpecifiedTaxRegistration/ram:ID[@schemeID=FC]",
        ),
        "endpoint": Term("BT-34", "cbc:EndpointID", "ram:URIUniversalCommunication/ram:URIID"),
        "country": Term(
            "BT-40",
            "cac:PostalAddress/cac:Country/cbc:IdentificationCode",
            "ram:PostalTradeAddress/ram:CountryID",
        ),
    }
)
ACCOUNT: Final[Terms] = MappingProxyType(
    {
        "account": Term(
            "BT-84",
            "cac:PayeeFinancialAccount/cbc:ID",
            "ram:PayeePartyCreditorFinancialAccount/ram:IBANID|ram:ProprietaryID",
        ),
        "holder": Term(
            "BT-85",
            "cac:PayeeFinancialAccount/cbc:Name",
            "ram:PayeePartyCreditorFinancialAccount/ram:AccountName",
        ),
        "bank": Term(
            "BT-86",
            "cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cbc:ID",
            "ram:PayeeSpecifiedCreditorFinancialInstitution/ram:BICID",
        ),
    }
)
ADJUSTMENT: Final[Terms] = MappingProxyType(
    {
        "indicator": Term(
            "BG-20, BG-21", "cbc:ChargeIndicator", "ram:ChargeIndicator/udt:Indicator"
        ),
        "amount": Term("BT-92, BT-99", "cbc:Amount", "ram:ActualAmount"),
        "category": Term(
            "BT-95, BT-102", "cac:TaxCategory/cbc:ID", "ram:CategoryTradeTax/ram:CategoryCode"
        ),
        "rate": Term(
            "BT-96, BT-103",
            "cac:TaxCategory/cbc:Percent",
            "ram:CategoryTradeTax/ram:RateApplicablePercent",
        ),
        "reason": Term("BT-97, BT-104", "cbc:AllowanceChargeReason", "ram:Reason"),
        "code": Term("BT-98, BT-105", "cbc:AllowanceChargeReasonCode", "ram:ReasonCode"),
    }
)
TAX: Final[Terms] = MappingProxyType(
    {
        "base": Term("BT-116", "cbc:TaxableAmount", "ram:BasisAmount"),
        "tax": Term("BT-117", "cbc:TaxAmount", "ram:CalculatedAmount"),
        "category": Term("BT-118", "cac:TaxCategory/cbc:ID", "ram:CategoryCode"),
        "rate": Term("BT-119", "cac:TaxCategory/cbc:Percent", "ram:RateApplicablePercent"),
    }
)
ATTACHMENT: Final[Terms] = MappingProxyType(
    {
        "id": Term("BT-122", "cbc:ID", "ram:IssuerAssignedID"),
        "address": Term("BT-124", "cac:Attachment/cac:ExternalReference/cbc:URI", "ram:URIID"),
        "content": Term(
            "BT-125",
            "cac:Attachment/cbc:EmbeddedDocumentBinaryObject",
            "ram:AttachmentBinaryObject",
        ),
    }
)
_LINE_DOCUMENT: Final = "ram:AssociatedDocumentLineDocument"
_LINE_AGREED: Final = "ram:SpecifiedLineTradeAgreement"
_LINE_SETTLED: Final = "ram:SpecifiedLineTradeSettlement"
_PRODUCT: Final = "ram:SpecifiedTradeProduct"
_PRICE: Final = f"{_LINE_AGREED}/ram:NetPriceProductTradePrice"
_QUANTITY: Final = "cbc:InvoicedQuantity|cbc:CreditedQuantity"
LINE: Final[Terms] = MappingProxyType(
    {
        "id": Term("BT-126", "cbc:ID", f"{_LINE_DOCUMENT}/ram:LineID"),
        "parent": Term("BG-DEX-01", "", f"{_LINE_DOCUMENT}/ram:ParentLineID"),
        "note": Term("BT-127", "cbc:Note", f"{_LINE_DOCUMENT}/ram:IncludedNote/ram:Content"),
        "quantity": Term("BT-129", _QUANTITY, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"),
        "unit": Term(
            "BT-130",
            f"{_QUANTITY}/@unitCode",
            "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity/@unitCode",
        ),
        "net": Term(
            "BT-131",
            "cbc:LineExtensionAmount",
            f"{_LINE_SETTLED}/ram:SpecifiedTradeSettlementLineMonetarySummation"
            "/ram:LineTotalAmount",
        ),
        "order_line": Term(
            "BT-132",
            "cac:OrderLineReference/cbc:LineID",
            f"{_LINE_AGREED}/ram:BuyerOrderReferencedDocument/ram:LineID",
        ),
        "order": Term(
            "BT-13",
            "cac:OrderLineReference/cac:OrderReference/cbc:ID",
            f"{_LINE_AGREED}/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID",
        ),
        "accounting_reference": Term(
            "BT-133",
            "cbc:AccountingCost",
            f"{_LINE_SETTLED}/ram:ReceivableSpecifiedTradeAccountingAccount/ram:ID",
        ),
        "period_start": Term(
            "BT-134",
            "cac:InvoicePeriod/cbc:StartDate",
            f"{_LINE_SETTLED}/ram:BillingSpecifiedPeriod/ram:StartDateTime/{_DAY}",
        ),
        "period_end": Term(
            "BT-135",
            "cac:InvoicePeriod/cbc:EndDate",
            f"{_LINE_SETTLED}/ram:BillingSpecifiedPeriod/ram:EndDateTime/{_DAY}",
        ),
        "price": Term("BT-146", "cac:Price/cbc:PriceAmount", f"{_PRICE}/ram:ChargeAmount"),
        "base_quantity": Term(
            "BT-149",
            "cac:Price/cbc:BaseQuantity",
            f"{_PRICE}/ram:BasisQuantity",
        ),
        "base_unit": Term(
            "BT-150",
            "cac:Price/cbc:BaseQuantity/@unitCode",
            f"{_PRICE}/ram:BasisQuantity/@unitCode",
        ),
        "category": Term(
            "BT-151",
            "cac:Item/cac:ClassifiedTaxCategory/cbc:ID",
            f"{_LINE_SETTLED}/ram:ApplicableTradeTax/ram:CategoryCode",
        ),
        "rate": Term(
            "BT-152",
            "cac:Item/cac:ClassifiedTaxCategory/cbc:Percent",
            f"{_LINE_SETTLED}/ram:ApplicableTradeTax/ram:RateApplicablePercent",
        ),
        "name": Term("BT-153", "cac:Item/cbc:Name", f"{_PRODUCT}/ram:Name"),
        "description": Term("BT-154", "cac:Item/cbc:Description", f"{_PRODUCT}/ram:Description"),
        "supplier_item": Term(
            "BT-155",
            "cac:Item/cac:SellersItemIdentification/cbc:ID",
            f"{_PRODUCT}/ram:SellerAssignedID",
        ),
        "item": Term(
            "BT-156",
            "cac:Item/cac:BuyersItemIdentification/cbc:ID",
            f"{_PRODUCT}/ram:BuyerAssignedID",
        ),
        "standard_item": Term(
            "BT-157",
            "cac:Item/cac:StandardItemIdentification/cbc:ID",
            f"{_PRODUCT}/ram:GlobalID",
        ),
    }
)
CLAIM: Final[Terms] = MappingProxyType(
    {
        "id": Term("BT-DEX-001", "cbc:ID", ""),
        "amount": Term("BT-DEX-002", "cbc:PaidAmount", ""),
        "description": Term("BT-DEX-003", "cbc:InstructionID", ""),
    }
)
