"""Sheets as an XLSX file that prints well: the only module that knows how it looks.

The same sheets give the same bytes: the times that the format wants are the day that is printed.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Final

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as XlsxCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from engine.money import EXPONENTS
from rules.analysis.spreadsheet.cells import Cell
from rules.analysis.spreadsheet.embedding import TAB
from rules.analysis.spreadsheet.fields import EXCEPTION, JOINTLY, NUMBER, OTHERWISE, Field, Form
from rules.analysis.spreadsheet.sheets import COMMENTS, NOTES, SIGNATURES, Line, Sheet

_INK: Final = "FF1F2A44"
_GREY: Final = "FF6B7280"
_RULE: Final = Side(style="thin", color="FFD1D5DB")
_BETWEEN: Final = Border(top=_RULE, bottom=_RULE)
_EDGE: Final = Side(style="medium", color=_INK)
_HEAD: Final = PatternFill("solid", fgColor=_INK)
_TINTS: Final = {
    "hold": PatternFill("solid", fgColor="FFFFF7DB"),
    "refuse": PatternFill("solid", fgColor="FFFDE8E8"),
}
_SPECIAL: Final = PatternFill("solid", fgColor="FFEAF2FB")  # exceptions, and what no row covers
_TOP: Final = Alignment(vertical="top", wrap_text=True)
_RIGHT: Final = Alignment(vertical="top", horizontal="right", indent=1)
_LEFT: Final = Alignment(vertical="top", horizontal="left")
_HEAD_LEFT: Final = Alignment(vertical="center", wrap_text=True)
_HEAD_RIGHT: Final = Alignment(vertical="center", horizontal="right", indent=1, wrap_text=True)
_LINE_HEIGHT: Final = 14
_FROZEN_MAX: Final = 12  # lines above the table that may stay in sight
_WIDTHS: Final = {
    "Who, or why": (34, 52),
    "Name": (14, 30),
    "Requires": (16, 34),
    "Answer": (13, 13),
}
_WIDTH: Final = (10, 30)
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r")
_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_SIGNERS: Final = ("Prepared by", "Reviewed by", "Approved by")


def draw(sheets: Sequence[Sheet], packed: Sequence[str], day: date) -> bytes:
    """The file with one sheet each, and what it carries of its export."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _draw_sheet(book.create_sheet(sheet.tab), sheet, day)
    hidden = book.create_sheet(TAB)
    hidden.sheet_state = "veryHidden"
    for row, text in enumerate(packed, 1):
        _put(_at(hidden, row, 1), text)
    book.properties.creator = "Countersign"
    book.properties.created = datetime.combine(day, time())
    out = io.BytesIO()
    book.save(out)
    return _timeless(out.getvalue(), day)


def _draw_sheet(ws: Worksheet, sheet: Sheet, day: date) -> None:
    head = _draw_about(ws, sheet)
    last = _draw_table(ws, sheet, head)
    row = _draw_section(ws, last + 2, NOTES, sheet.notes, sheet)
    row = _draw_section(ws, row, COMMENTS, sheet.comments, sheet)
    end = _draw_signatures(ws, row, sheet)
    _set_widths(ws, sheet)
    _set_heights(ws, sheet, head, end)
    _set_choices(ws, sheet, head, last)
    _set_page(ws, sheet, head, end, day)


def _draw_about(ws: Worksheet, sheet: Sheet) -> int:
    """Title and lines; gives the row of the table's head."""
    _put(_at(ws, 1, 1), sheet.title, _font(size=16, bold=True, color=_INK))
    ws.row_dimensions[1].height = 26
    row = 2
    left, right = _halves(sheet)
    for index in range(max(len(left), len(right))):
        row += 1
        for pairs, column, gap in ((left, 1, 2), (right, _right_column(sheet), 1)):
            if index < len(pairs):
                label, value = pairs[index]
                _put(_at(ws, row, column), label, _font(size=9, color=_GREY))
                _put(_at(ws, row, column + gap), value, _font(size=9, color=_INK))
    return row + 2


def _halves(sheet: Sheet) -> tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]:
    """The lines side by side, where the table is wide enough for it."""
    if not _right_column(sheet):
        return sheet.about, ()
    middle = next(
        (index for index, pair in enumerate(sheet.about) if pair[0] == "Policy set"),
        len(sheet.about),
    )
    return sheet.about[:middle], sheet.about[middle:]


def _right_column(sheet: Sheet) -> int:
    """Where the right half begins; 0 for none."""
    found = next(
        (at for at, label in enumerate(sheet.labels, 1) if label in ("Answer", "Limit")), 0
    )
    return found if found >= 6 else 0


def _draw_table(ws: Worksheet, sheet: Sheet, head: int) -> int:
    """The head and the rows; gives the last row."""
    for column, label in enumerate(sheet.labels, 1):
        cell = _at(ws, head, column)
        _put(cell, label, _font(bold=True, color="FFFFFFFF"))
        cell.fill = _HEAD
        is_amount = label.lower().endswith("amount")
        cell.alignment = _HEAD_RIGHT if is_amount else _HEAD_LEFT
    for row, line in enumerate(sheet.lines, head + 1):
        _draw_line(ws, row, line, sheet)
    last = head + len(sheet.lines)
    for column in range(1, len(sheet.labels) + 1):
        ws.cell(last, column).border = Border(top=_RULE if last > head else None, bottom=_EDGE)
    ws.auto_filter.ref = f"A{head}:{get_column_letter(len(sheet.labels))}{last}"
    return last


def _draw_line(ws: Worksheet, row: int, line: Line, sheet: Sheet) -> None:
    number: Cell = Decimal(line.number) if line.number.isdigit() else line.number
    tint = _tint(line)
    values: list[tuple[Field | None, Cell]] = [(None, number)]
    currency = sheet.table.currency
    for shown in sheet.table.fields:
        values += [(shown, cell) for cell in line.cells[shown]]
        if shown.form is Form.LIMIT:
            currency = str(line.cells[shown][-1])
    for column, (field, value) in enumerate(values, 1):
        cell = _at(ws, row, column)
        _put(cell, value, _font(color=_GREY if field is None else _INK))
        cell.alignment = _TOP if field is not None else _LEFT
        if isinstance(value, Decimal) and field is not None:
            cell.alignment = _RIGHT
            cell.number_format = _money_format(currency)
        cell.border = _BETWEEN
        if tint is not None:
            cell.fill = tint


def _tint(line: Line) -> PatternFill | None:
    words = {field.name: cells[0] for field, cells in line.cells.items()}
    found = _TINTS.get(str(words.get("answer", "")))
    if found is None and (words.get("exception") == "yes" or line.number == OTHERWISE):
        return _SPECIAL
    return found


def _money_format(currency: str) -> str:
    digits = EXPONENTS.get(currency, 2)
    return f"#,##0.{'0' * digits}" if digits else "#,##0"


def _draw_section(
    ws: Worksheet, row: int, title: str, pairs: Sequence[tuple[str, str]], sheet: Sheet
) -> int:
    """A title with lines; gives the next free row. Nothing where there are no lines."""
    if not pairs:
        return row
    _put(_at(ws, row, 1), title, _font(bold=True, color=_INK))
    for at, (label, text) in enumerate(pairs, row + 1):
        _put(_at(ws, at, 1), label, _font(size=9, color=_GREY))
        _put(_at(ws, at, 2), text, _font(size=9, color=_INK))
    return row + len(pairs) + 2


def _draw_signatures(ws: Worksheet, row: int, sheet: Sheet) -> int:
    """Where people sign; gives the last row."""
    _put(_at(ws, row, 1), SIGNATURES, _font(bold=True, color=_INK))
    columns = len(sheet.labels)
    places = sorted({2, max(3, columns // 2), max(4, columns - 1), max(5, columns)})[:4]
    for column, label in zip(places, ("Name", "Role", "Date", "Signature"), strict=False):
        _put(_at(ws, row + 1, column), label, _font(size=9, color=_GREY))
    for at, signer in enumerate(_SIGNERS, row + 2):
        _put(_at(ws, at, 1), signer, _font(size=9, color=_GREY))
        ws.row_dimensions[at].height = 24
        for column in range(2, max(places[-1], columns) + 1):
            ws.cell(at, column).border = Border(bottom=_RULE)
    return row + 1 + len(_SIGNERS)


def _set_widths(ws: Worksheet, sheet: Sheet) -> None:
    for column, label in enumerate(sheet.labels, 1):
        low, high = _WIDTHS.get(label, _WIDTH)
        longest = max([len(label) + 3, *_lengths(sheet, column)])
        width = 11 if label == NUMBER else min(max(low, longest + 2), high)
        ws.column_dimensions[get_column_letter(column)].width = width


def _lengths(sheet: Sheet, column: int) -> Iterable[int]:
    for line in sheet.lines:
        cells = [cell for field in sheet.table.fields for cell in line.cells[field]]
        cell = cells[column - 2] if 2 <= column <= len(cells) + 1 else ""
        text = cell if isinstance(cell, str) else f"{cell:,}"
        yield from map(len, text.split("\n"))


def _set_heights(ws: Worksheet, sheet: Sheet, head: int, end: int) -> None:
    """Rows as high as their texts need, since no program works that out for a printer."""
    ws.row_dimensions[head].height = 2 * _LINE_HEIGHT
    for row in range(head + 1, head + 1 + len(sheet.lines)):
        most = 1
        for column in range(1, len(sheet.labels) + 1):
            text = str(ws.cell(row, column).value or "")
            width = int(ws.column_dimensions[get_column_letter(column)].width)
            most = max(most, sum(1 + len(part) // width for part in text.split("\n")))
        ws.row_dimensions[row].height = most * _LINE_HEIGHT + 4


def _set_choices(ws: Worksheet, sheet: Sheet, head: int, last: int) -> None:
    """Lists to choose from, where a cell takes one of a few words."""
    column = 1
    for field in sheet.table.fields:
        words = _words(field)
        if words:
            letter = get_column_letter(column + 1)
            choices = DataValidation(type="list", formula1=f'"{",".join(words)}"')
            choices.add(f"{letter}{head + 1}:{letter}{last + 50}")
            ws.add_data_validation(choices)
        column += len(field.columns)


def _words(field: Field) -> tuple[str, ...]:
    if field in (EXCEPTION, JOINTLY):
        return ("yes", "no")
    return field.keys if field.form in (Form.AMOUNT, Form.LIMIT, Form.ANSWER) else ()


def _set_page(ws: Worksheet, sheet: Sheet, head: int, end: int, day: date) -> None:
    ws.sheet_view.showGridLines = False
    ws.freeze_panes = f"C{head + 1}" if head <= _FROZEN_MAX else None
    ws.page_setup.orientation = "landscape"
    ws.page_setup.paperSize = ws.PAPERSIZE_A4
    ws.page_setup.fitToWidth = 1
    ws.page_setup.fitToHeight = 0
    ws.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    ws.print_title_rows = f"{head}:{head}"
    ws.print_area = f"A1:{get_column_letter(max(5, len(sheet.labels)))}{end}"
    ws.page_margins = PageMargins("0.5", "0.5", "0.6", "0.8", "0.3", "0.4")  # inches
    file = sheet.table.file.replace("&", "&&")
    if (footer := ws.oddFooter) is not None:
        footer.left.text = f"{sheet.tab.replace('&', '&&')}  {file}"
        footer.center.text = "Page &P of &N"
        footer.right.text = f"printed {day.isoformat()}"


@cache
def _font(*, color: str, size: int = 10, bold: bool = False) -> Font:
    return Font(name="Arial", size=size, bold=bold, color=color)


def _at(ws: Worksheet, row: int, column: int) -> XlsxCell:
    cell = ws.cell(row, column)
    if not isinstance(cell, XlsxCell):
        raise TypeError(cell)
    return cell


def _put(cell: XlsxCell, value: Cell, font: Font | None = None) -> None:
    """A value as what it is; a text is never taken for a formula."""
    if font is not None:
        cell.font = font
    if isinstance(value, Decimal):
        cell.value = value  # at most 15 digits, so that no program rounds it
    elif value:
        cell.value = _ESCAPE.sub("_x005F_", value)
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(_DANGEROUS)


def _timeless(data: bytes, day: date) -> bytes:
    """The file with one time everywhere, so that it does not depend on when it was written."""
    stamp = (max(day.year, 1980), day.month, day.day, 0, 0, 0)
    moment = f"{day.isoformat()}T00:00:00Z"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "docProps/core.xml":
                pattern = rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*"
                content = re.sub(pattern, rb"\g<1>" + moment.encode(), content)
            entry = zipfile.ZipInfo(info.filename, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, content)
    return out.getvalue()
