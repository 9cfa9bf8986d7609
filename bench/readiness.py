"""What it costs to ask whether a document may post: the whole decision, and 25 checks with it.

Invoices of the workload, decided under the matrix of N rows and then asked by 25 checks, beside
their order, a receipt and earlier invoices. Both are timed in turn on the same documents, in CPU
time of this process. `make bench` runs it.
"""

from __future__ import annotations

import gc
import re
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from statistics import median
from types import MappingProxyType

from bench import sets
from bench.timing import Record
from bench.workload import ENTITIES, Doc, make_docs, make_rows
from engine.business_time import local_day
from engine.cases.status import Status
from engine.chart import Account, Combination, TaxCode, Validity, chart_of
from engine.deciding import decide
from engine.documents.model import Attachment, Document
from engine.identifiers.judged import judge
from engine.master_data import MasterData, Period, Project, Span
from engine.money import Exact, Money
from engine.policy import PolicySet
from engine.readiness.asking import readiness
from engine.readiness.finding import is_ready
from engine.readiness.surroundings import Beside, Surroundings
from rules.compiling.compiler import compile_set
from rules.diagnostics import Diagnostics

DOCUMENTS = 400
EARLIER = 5
COUNTRIES = Path(__file__).parents[1] / "policies" / "countries"
RATE = Fraction(19, 100)
CHECKS = """kind: readiness
documents: [invoice]
owner: group_controller
checks:
  - period_open: {posting_date: posting_date}
  - supplier_active
  - cost_center_active: {required: yes}
  - project_active
  - account_active
  - account_combination
  - tax_code
  - lines_multiply
  - bank_change: {wait: 5 days, call_back: yes}
  - evidence: {papers: [contract_copy], files: 1}
  - unchanged_since_approval
  - posting_window: {opens: "00:00", closes: "23:59", days: every_day}
  - data_fresh: {hours: 24}
  - rate_known
  - agrees_with_supplier: {fields: [bank_account]}
  - tax_id: {of: supplier}
  - tax_id: {of: entity}
  - e_invoice_clearance
  - local_fields
  - order_open
  - receipt
  - order_balance: {percent: 1}
  - match: {way: 3, price: {percent: 2}, quantity: {percent: 0}, tax: excluded}
  - duplicate: {same: [supplier_group, number_normalised], in: 24 months}
  - duplicate: {same: [supplier, amount, document_date], in: 24 months, severity: warns}
"""
VOCABULARY = b"""facts:
  contract_copy: {is: paper}
"""
VAT = "GB980780684"  # an example of python-stdnum


def measure(n: int, passes: int) -> Record:
    """CPU microseconds at the median: the decision alone, and with all checks."""
    rows = make_rows(n)
    policy = _policy(sets.files(rows, chains=True))
    data = _master_data(sets.master_data())
    docs = [doc for doc in make_docs(rows, DOCUMENTS * 6) if doc["doc_type"] == "vendor_invoice"]
    documents = [_invoice(doc) for doc in docs[:DOCUMENTS]]
    around = [_around(document) for document in documents]
    asked = list(zip(documents, around, strict=True))
    found = [readiness(policy, data, one, sets.NOW, beside=beside) for one, beside in asked]
    gc.collect()
    gc.freeze()
    alone, together = [], []
    for _ in range(passes):
        alone.append(_median(policy, data, asked, with_checks=False))
        together.append(_median(policy, data, asked, with_checks=True))
    return {
        "checks": len(policy.readiness),
        "documents": len(documents),
        "beside": EARLIER + 2,
        "ready": sum(is_ready(each) for each in found),
        "us_decided": median(alone),
        "us_with_checks": median(together),
    }


def text(record: Record) -> str:
    """The line that is printed about it."""
    return (
        f"readiness, {record['n']:,} rows: {record['us_decided']:.0f} us decided,"
        f" {record['us_with_checks']:.0f} us with {record['checks']} checks beside"
        f" {record['beside']} other documents"
    )


def _median(
    policy: PolicySet,
    data: MasterData,
    asked: Sequence[tuple[Document, Surroundings]],
    *,
    with_checks: bool,
) -> float:
    each = []
    for document, beside in asked:
        began = time.process_time_ns()
        decide(policy, data, document, sets.NOW)
        if with_checks:
            readiness(policy, data, document, sets.NOW, beside=beside)
        each.append(time.process_time_ns() - began)
    return median(each) / 1_000


def _policy(files: dict[str, bytes]) -> PolicySet:
    """The set with invoices in place of the type that it declares, its checks and its countries."""
    files = {path: text.replace(b"vendor_invoice", b"invoice") for path, text in files.items()}
    organization = files["organization.yaml"].decode()
    files["organization.yaml"] = re.sub("country: [A-Z]{2}", "country: GB", organization).encode()
    declared = files["vocabulary.yaml"].replace(b"invoice, ", b"").replace(b", invoice", b"")
    files["vocabulary.yaml"] = declared + VOCABULARY
    files["readiness/invoices.yaml"] = CHECKS.encode()
    for path in COUNTRIES.glob("*.yaml"):
        files[f"countries/{path.name}"] = path.read_bytes()
    found = Diagnostics()
    policy = compile_set(files, found)
    if policy is None:
        raise ValueError(found.render())
    return policy


def _master_data(data: MasterData) -> MasterData:
    """What the checks ask for, beside the people: all of it in order."""
    day = local_day(sets.NOW, "Europe/Berlin")
    always = Validity()
    chart = chart_of(
        [Account(f"{6000 + n}", "*", always) for n in range(500)],
        [Combination("*", f"{6000 + n}", "*", "*", always) for n in range(500)],
        [TaxCode("V1", "*", RATE, always)],
        [],
        {},
    )
    periods = {
        (entity, "AP"): (Period(entity, "AP", "now", day, day, open=(Span(),)),)
        for entity in ENTITIES
    }
    number = judge("sha256:vat", VAT, "GB")
    suppliers = {
        id: replace(one, status="active", country="GB", tax_numbers=(number,))
        for id, one in data.suppliers.items()
    }
    like = data.cost_centers["CC100"]
    centers = {
        f"CC-{entity}": replace(like, id=f"CC-{entity}", entity=entity) for entity in ENTITIES
    }
    projects = {f"P-{entity}": Project(f"P-{entity}", entity) for entity in ENTITIES}
    return replace(
        data,
        chart=chart,
        periods=MappingProxyType(periods),
        suppliers=MappingProxyType(suppliers),
        projects=MappingProxyType(projects),
        cost_centers=MappingProxyType({**data.cost_centers, **centers}),
        entity_facts=MappingProxyType({entity: {"gb_vat": VAT} for entity in ENTITIES}),
    )


def _invoice(doc: Doc) -> Document:
    document = sets.document(doc)
    net = document.lines[0].net
    tax = Money(round(net.minor * RATE), net.currency)
    line = replace(
        document.lines[0],
        cost_center=f"CC-{document.entity}",
        gl_account=f"{6000 + hash_of(document.id) % 500}",
        project=f"P-{document.entity}",
        tax_code="V1",
        tax=tax,
        quantity=Fraction(1),
        unit_of_measure="EA",
        price=Exact(Fraction(net.minor), net.currency),
    )
    day = local_day(sets.NOW, "Europe/Berlin")
    return replace(
        document,
        type="invoice",
        number=f"R-{document.id}",
        purchase_order=f"PO-{document.id}",
        document_date=day,
        posting_date=day,
        lines=(line,),
        papers=frozenset({"contract_copy"}),
        attachments=(Attachment("invoice.pdf", digest="sha256:1"),),
    )


def hash_of(text: str) -> int:
    """A number that is the same in every run."""
    return sum(text.encode())


def _more(net: Money, n: int) -> Money:
    """The same for the first, and other amounts."""
    return Money(net.minor + n, net.currency)


def _around(document: Document) -> Surroundings:
    """Its order, what arrived of it, and earlier invoices of the same supplier."""
    before = sets.NOW - timedelta(days=20)
    order = replace(
        document,
        type="purchase_order",
        id=document.purchase_order,
        number=document.purchase_order,
        purchase_order="",
    )
    receipt = replace(document, type="goods_receipt", id=f"GR-{document.id}", number="")
    earlier = [
        replace(
            document,
            id=f"{document.id}-{n}",
            number=f"R-{n}",
            purchase_order=f"PO-{n}-{document.id}",
            lines=(replace(document.lines[0], net=_more(document.lines[0].net, n)),),
        )
        for n in range(EARLIER)
    ]
    found = [
        Beside(each, Status.POSTED, before, before, f"C-{n}")
        for n, each in enumerate([order, receipt, *earlier])
    ]
    return Surroundings(
        tuple(found),
        approved_digest=document.digest,
        loaded_at=MappingProxyType({"master_data": sets.NOW - timedelta(hours=1)}),
    )
