"""XML that somebody made to do harm, or by mistake: a message with its place, and nothing else."""

from __future__ import annotations

import base64
import hashlib
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.sources.e_invoice import tree
from engine.errors import InputErrors
from tests.adapters.e_invoice.small import CII_INVOICE, UBL_INVOICE, UBL_LINE, changed
from tests.adapters.e_invoice.suite import faults, read

LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">
<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<Invoice>&d;</Invoice>"""


def declared(declaration: str, use: str = "") -> bytes:
    start = UBL_INVOICE.index("<Invoice ")
    return (UBL_INVOICE[:start] + declaration + UBL_INVOICE[start:].replace("pens", use)).encode()


@pytest.mark.parametrize(
    "data",
    [
        LAUGHS.encode(),
        declared('<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>', "&x;"),
        declared('<!DOCTYPE Invoice [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>', "&x;"),
        declared('<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:9/x.dtd">'),
        declared('<!DOCTYPE Invoice [<!ENTITY % x "y"> %x;]>'),
        declared("<!DOCTYPE Invoice>"),
    ],
)
def test_no_declaration_of_a_type_and_no_entity_is_read(data: bytes) -> None:
    assert [code for code, _ in faults(data)] == ["forbidden_xml"]


def test_an_undeclared_entity_is_a_fault_of_the_file() -> None:
    assert [code for code, _ in faults(changed(UBL_INVOICE, ("pens", "&x;")))] == ["invalid_xml"]


def test_a_file_that_is_too_large_is_not_read() -> None:
    start = time.monotonic()
    data = UBL_INVOICE.encode() + b" " * 100_000_000
    assert faults(data) == [("too_large", "")]
    assert time.monotonic() - start < 5


def test_a_note_of_many_megabytes_is_cut_into_comments_or_refused() -> None:
    note = f"<cbc:Note>{'x' * 20_000_000}</cbc:Note><cbc:DocumentCurrencyCode>"
    found = faults(changed(UBL_INVOICE, ("<cbc:DocumentCurrencyCode>", note)))
    assert [code for code, _ in found] == ["too_many"]


def test_a_long_note_is_several_comments_and_nothing_of_it_is_lost() -> None:
    text = "x" * 9_000
    note = f"<cbc:Note>{text}</cbc:Note><cbc:DocumentCurrencyCode>"
    document = read(changed(UBL_INVOICE, ("<cbc:DocumentCurrencyCode>", note)))
    assert "".join(comment["text"] for comment in document["comments"]) == text


def test_deep_nesting_is_refused_where_it_becomes_too_deep() -> None:
    deep = "<x>" * 100_000
    ((code, place),) = faults(changed(UBL_INVOICE, ("pens", deep)))
    assert code == "too_deep"
    assert place.startswith("line ")


def test_very_many_elements_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MOST_ELEMENTS", 1_000)
    assert [code for code, _ in faults(changed(UBL_INVOICE, ("pens", "<x/>" * 1_000)))] == [
        "too_many"
    ]


def test_more_lines_than_a_document_has_are_refused() -> None:
    line = UBL_LINE.replace(">10.00<", ">0.00<")
    data = changed(UBL_INVOICE, (UBL_LINE, UBL_LINE + line * 10_000))
    assert [code for code, _ in faults(data)] == ["too_many"]


@pytest.mark.parametrize("data", [b"", b" \n", b"<", b"{}", b"\x00", b"\xff\xfe", b"%PDF-1.7"])
def test_what_is_no_xml_is_told(data: bytes) -> None:
    ((code, _),) = faults(data)
    assert code in ("invalid_xml", "invalid_encoding")


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_other_encodings_are_read_where_the_file_names_them(encoding: str) -> None:
    text = UBL_INVOICE.replace("UTF-8", encoding).replace("Globex", "Glöbex")
    assert read(text.encode(encoding))["seller"]["name"] == "Glöbex"


@pytest.mark.parametrize("encoding", ["utf-7", "rot13", "nothing", "idna"])
def test_an_encoding_that_nobody_needs_is_refused(encoding: str) -> None:
    text = UBL_INVOICE.replace("UTF-8", encoding)
    ((code, _),) = faults(text.encode())
    assert code in ("invalid_xml", "invalid_encoding")


def test_a_file_in_another_encoding_than_it_says_is_told_by_its_place() -> None:
    ((code, place),) = faults(UBL_INVOICE.replace("Globex", "Glöbex").encode("latin-1"))
    assert code == "invalid_xml"
    assert place.startswith("line 13, column 47")


@pytest.mark.parametrize(
    "pair",
    [
        ("xsd:Invoice-2", "xsd:Invoice-3"),
        ("<Invoice ", "<Order "),
        ("xsd:CommonBasicComponents-2", "xsd:CommonBasicComponents-3"),
    ],
)
def test_another_namespace_is_another_document(pair: tuple[str, str]) -> None:
    text = UBL_INVOICE
    if pair[0] == "<Invoice ":
        text = text.replace("</Invoice>", "</Order>")
    codes = {code for code, _ in faults(changed(text, pair))}
    assert codes <= {"unknown_document_type", "missing_field"}
    assert codes


def test_two_invoices_in_one_file_are_refused() -> None:
    start = UBL_INVOICE.index("<Invoice ")
    assert [code for code, _ in faults((UBL_INVOICE + UBL_INVOICE[start:]).encode())] == [
        "invalid_xml"
    ]
    inside = changed(UBL_INVOICE, ("</Invoice>", f"{UBL_INVOICE[start:]}</Invoice>"))
    assert read(inside) == read(UBL_INVOICE.encode())  # an unknown element says nothing


@pytest.mark.parametrize(
    "name", ["a" * 201, "two\nlines\u202e", "\u200bhidden", "x\u0085y", "tab\there"]
)
def test_names_that_hide_something_are_refused_or_made_plain(name: str) -> None:
    found = faults(changed(UBL_INVOICE, (">R-1<", f">{name}<")))
    assert found == [] or {code for code, _ in found} <= {"too_long", "invalid_text"}
    if not found:
        document = read(changed(UBL_INVOICE, (">R-1<", f">{name}<")))
        assert document["number"] in ("tab here", "x y")


def test_what_was_wrong_with_a_restricted_value_is_not_shown() -> None:
    with pytest.raises(InputErrors) as caught:
        read(changed(UBL_INVOICE, ("DE123456788", "DE123456788\u202e")))
    said = " ".join(f"{each.field} {each.message}" for each in caught.value.errors)
    assert "seller.vat_id" in said
    assert "123456788" not in said


def attached(
    content: str, attributes: str = 'mimeCode="application/pdf" filename="a.pdf"'
) -> bytes:
    part = (
        "<cac:AdditionalDocumentReference><cbc:ID>A</cbc:ID><cac:Attachment>"
        f"<cbc:EmbeddedDocumentBinaryObject {attributes}>{content}"
        "</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
    )
    old = "<cac:AccountingSupplierParty>"
    return changed(UBL_INVOICE, (old, part + old))


def test_a_file_inside_is_named_by_its_content() -> None:
    (file,) = read(attached(base64.b64encode(b"%PDF").decode()))["attachments"]
    assert (file["size"], file["name"], file["source_id"]) == (4, "a.pdf", "A")
    assert file["digest"] == f"sha256:{hashlib.sha256(b'%PDF').hexdigest()}"


@pytest.mark.parametrize("content", ["%%%", "AAA", "A=A=", "ä"])
def test_a_file_that_is_no_base64_is_refused(content: str) -> None:
    ((code, place),) = faults(attached(content))
    assert code == "invalid_base64"
    assert "BT-125" in place


def test_the_name_of_a_file_inside_is_only_a_name() -> None:
    name = "../../etc/passwd"
    (file,) = read(attached("AAAA", f'filename="{name}"'))["attachments"]
    assert file["name"] == name  # nothing is written anywhere by it
    assert not Path("etc/passwd").exists()


@settings(max_examples=200)
@given(
    text=st.sampled_from([UBL_INVOICE, CII_INVOICE]),
    at=st.floats(0, 1),
    cut=st.integers(0, 60),
    put=st.text(max_size=8) | st.sampled_from(["<", ">", "&", "]]>", "<!--", "</cbc:ID>", "0"]),
)
def test_a_broken_invoice_is_refused_with_a_message_or_read(
    text: str, at: float, cut: int, put: str
) -> None:
    start = int(at * len(text))
    data = (text[:start] + put + text[start + cut :]).encode("utf-8", "replace")
    for code, place in faults(data):
        assert code
        assert len(place) < 200
