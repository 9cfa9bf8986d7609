"""Files that are put into a folder: each row counts once, and is told about (A4, D6)."""

from __future__ import annotations

import csv
import json
import os
from datetime import datetime
from pathlib import Path

import pytest

from adapters.sources import drop_folder
from adapters.sources.drop_folder import left_behind, look, settled, take
from adapters.sources.e_invoice import AddressBook
from adapters.sources.e_invoice.address_book import Address
from api.usecases.filing import file_documents
from engine.cases.identities import Identities
from tests.adapters.e_invoice.small import UBL_INVOICE
from tests.web.conftest import NOW, Desk, order

WHO = Identities("", "files")


def clock() -> datetime:
    return NOW


def filed(desk: Desk, folder: Path, name: str, text: str) -> tuple[Path, list[dict[str, str]]]:
    """The file where it is afterwards, and its report."""
    (folder / name).write_text(text, encoding="utf-8")
    taken = take(folder / name)
    assert taken is not None
    done = file_documents(desk.resources, taken, "files", WHO, clock)
    report = done.with_name(f"{done.name}.report.csv").read_text(encoding="utf-8")
    return done, list(csv.DictReader(report.splitlines()))


def lines(*documents: object) -> str:
    return "\n".join(json.dumps(each) for each in documents) + "\n"


def test_each_row_is_submitted_and_told_about(desk: Desk, tmp_path: Path) -> None:
    done, report = filed(desk, tmp_path, "a.jsonl", lines(order(), order(id="PO-2")))
    assert done == tmp_path / "done" / "a.jsonl"
    assert [(r["row"], r["document"], r["case"], r["outcome"]) for r in report] == [
        ("1", "PO-1", "C-000001", "pending"),
        ("2", "PO-2", "C-000002", "pending"),
    ]


def test_rows_of_csv_are_documents(desk: Desk, tmp_path: Path) -> None:
    text = (
        "type,id,entity,requester,currency,amount,cost_center,supplier,version,title\n"
        'purchase_order,PO-1,US01,rita,USD,8000.00,cc100,S-1,1,"two\nlines, one cell"\n'
    )
    done, report = filed(desk, tmp_path, "a.csv", text)
    assert done.parent.name == "done", report
    case = desk.send("GET", "/v1/cases/C-000001").json()
    assert (case["source"], case["document"]["id"]) == ("files", "PO-1")


def test_a_wrong_row_is_told_with_its_place_and_the_others_are_submitted(
    desk: Desk, tmp_path: Path
) -> None:
    text = lines(order(currency="US"), order(id="PO-2")) + "{broken\n"
    done, report = filed(desk, tmp_path, "a.jsonl", text)
    assert done.parent.name == "failed"
    wrong = [r for r in report if r["code"]]
    assert {r["row"] for r in wrong} == {"1", "3"}
    assert wrong[0]["field"] == "currency"
    assert [r["outcome"] for r in report if r["document"] == "PO-2"] == ["pending"]


def test_a_crash_in_the_middle_and_another_run_submit_nothing_twice(
    desk: Desk, tmp_path: Path
) -> None:
    text = lines(*(order(id=f"PO-{number}") for number in range(4)))
    (tmp_path / "a.jsonl").write_text(text, encoding="utf-8")
    taken = take(tmp_path / "a.jsonl")
    assert taken is not None

    def crash(done: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        file_documents(desk.resources, taken, "files", WHO, clock, crash)
    assert left_behind(tmp_path) == [taken]
    done = file_documents(desk.resources, taken, "files", WHO, clock)
    report = done.with_name("a.jsonl.report.csv").read_text(encoding="utf-8")
    assert report.count("known already") == 2
    assert len(desk.told("submission")) == 4
    assert left_behind(tmp_path) == []


def test_a_file_that_grows_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("x", encoding="utf-8")
    before = look(tmp_path)
    path.write_text("xx", encoding="utf-8")
    assert settled(before, look(tmp_path)) == []
    assert settled(look(tmp_path), look(tmp_path)) == [path]


def test_links_hidden_and_other_files_are_not_looked_at(tmp_path: Path) -> None:
    outside = tmp_path / "secret.txt"
    outside.write_text("x", encoding="utf-8")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jsonl").symlink_to(outside)
    (folder / ".b.jsonl").write_text("x", encoding="utf-8")
    (folder / "c.txt").write_text("x", encoding="utf-8")
    os.mkfifo(folder / "d.csv")
    assert look(folder) == {}


def test_one_of_two_takes_a_file_and_no_earlier_one_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("1", encoding="utf-8")
    first = take(path)
    assert take(path) is None
    path.write_text("2", encoding="utf-8")
    second = take(path)
    assert first is not None
    assert second is not None
    assert (first.read_text(), second.read_text()) == ("1", "2")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", b""),
        ("a.csv", b"id,id\n1,2\n"),
        ("a.csv", b"id,\n1,2\n"),
        ("a.csv", b'id,type\n"1,2\n'),
        ("a.csv", b"id\n1,2\n"),
        ("a.jsonl", b"\xff\xfe"),
        ("a.csv", b"id\n" + b"x" * 200_000 + b"\n"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_about_as_a_whole(
    desk: Desk, tmp_path: Path, name: str, data: bytes
) -> None:
    (tmp_path / name).write_bytes(data)
    taken = take(tmp_path / name)
    assert taken is not None
    done = file_documents(desk.resources, taken, "files", WHO, clock)
    assert done.parent.name == "failed"
    report = done.with_name(f"{name}.report.csv").read_text(encoding="utf-8")
    assert "file_refused" in report
    assert desk.told("submission") == []


def test_a_file_has_a_bounded_size_and_number_of_rows(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop_folder, "MOST_ROWS", 1)
    done, report = filed(desk, tmp_path, "a.jsonl", lines(order(), order(id="PO-2")))
    assert (done.parent.name, report[-1]["code"]) == ("failed", "file_refused")
    monkeypatch.setattr(drop_folder, "MOST_BYTES", 10)
    done, report = filed(desk, tmp_path, "b.jsonl", lines(order(id="PO-3")))
    assert [each["row"] for each in report] == ["0"]


def test_a_report_holds_no_formula(desk: Desk, tmp_path: Path) -> None:
    _, report = filed(desk, tmp_path, "a.jsonl", lines(order(id="=HYPERLINK(1)")))
    assert report[0]["document"] == "'=HYPERLINK(1)"


def invoiced(desk: Desk, folder: Path, text: str, book: AddressBook | None) -> tuple[Path, str]:
    """An e-invoice that was put into the folder: where it is afterwards, and its report."""
    (folder / "a.xml").write_text(text, encoding="utf-8")
    taken = take(folder / "a.xml")
    assert taken is not None
    done = file_documents(desk.resources, taken, "files", WHO, clock, book=book)
    return done, done.with_name(f"{done.name}.report.csv").read_text(encoding="utf-8")


def test_an_e_invoice_becomes_a_case_with_what_the_seller_says(desk: Desk, tmp_path: Path) -> None:
    book = AddressBook(otherwise=Address("US01", "rita"))
    done, report = invoiced(desk, tmp_path, UBL_INVOICE, book)
    assert done == tmp_path / "done" / "a.xml", report
    case = desk.send("GET", "/v1/cases/C-000001").json()
    document = case["document"]
    assert (document["type"], document["number"], document["payable"]) == (
        "invoice",
        "R-1",
        "11.90",
    )
    assert document["seller"]["vat_id"] == "***"  # masked for who may not see it
    again, report = invoiced(desk, tmp_path, UBL_INVOICE, book)
    assert again.parent.name == "done"
    assert "known already" in report


def test_an_e_invoice_without_an_address_book_is_refused_and_kept(
    desk: Desk, tmp_path: Path
) -> None:
    done, report = invoiced(desk, tmp_path, UBL_INVOICE, None)
    assert done == tmp_path / "failed" / "a.xml"
    assert "address book" in report


def test_a_wrong_e_invoice_is_told_with_its_term(desk: Desk, tmp_path: Path) -> None:
    book = AddressBook(otherwise=Address("US01", "rita"))
    text = UBL_INVOICE.replace(">11.90<", ">11.91<")
    done, report = invoiced(desk, tmp_path, text, book)
    assert done.parent.name == "failed"
    assert "BT-112" in report
