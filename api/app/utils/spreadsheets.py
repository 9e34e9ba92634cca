"""Tables that leave and enter as CSV, which people open in spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from flask import Response, stream_with_context

from app.utils.errors import Invalid
from app.utils.i18n import _

BOM = "\ufeff"
DANGEROUS = frozenset("=+-@\t\r\n＝＋－＠")
ROWS_AT_A_TIME = 500
DELIMITERS = ",;\t"


def safe_cell(value: Any) -> Any:
    """`value`, made harmless if a spreadsheet would take it for a formula: an apostrophe goes before it."""
    if isinstance(value, str) and value[:1] in DANGEROUS:
        return f"'{value}"
    return value


def write_csv(heads: Sequence[str], rows: Iterable[Sequence[Any]], *, bom: bool = False) -> Iterator[str]:
    """The table as CSV, a few hundred rows at a time. `bom` is for spreadsheets that guess the encoding wrongly."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    if bom:
        buffer.write(BOM)
    writer.writerow(map(safe_cell, heads))
    for number, row in enumerate(rows, start=1):
        # Most cells are seen to be harmless here: one call for each would be a fifth of a large export.
        writer.writerow(
            [safe_cell(cell) if isinstance(cell, str) and cell[:1] in DANGEROUS else cell for cell in row]
        )
        if number % ROWS_AT_A_TIME == 0:
            yield _take(buffer)
    yield _take(buffer)


def csv_response(
    filename: str, heads: Sequence[str], rows: Iterable[Sequence[Any]], *, bom: bool = False
) -> Response:
    """An answer that streams the table under `filename`; `rows` may still read the database while it goes out."""
    body = stream_with_context(write_csv(heads, rows, bom=bom))
    response = Response(body, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename)}"
    response.headers["Cache-Control"] = "no-store"
    return response


def decode_table(raw: bytes) -> str:
    """The text of an uploaded table: UTF-8 or UTF-16 where it says so or fits, else the encoding of old Windows."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def read_csv(text: str) -> list[tuple[int, list[str]]]:
    """The rows of `text` that hold anything, each with the number of the line it ends on; blanks around cells go.

    The separator is the one of comma, semicolon and tab that the first row uses most. Raises `Invalid` when a quote is
    never closed or a cell is endless.
    """
    plain = text.removeprefix(BOM)
    first = next((line for line in plain.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(plain, newline=""), delimiter=delimiter, strict=True)
    rows = []
    try:
        for cells in reader:
            trimmed = [cell.strip() for cell in cells]
            if any(trimmed):
                rows.append((reader.line_num, trimmed))
    except csv.Error:
        sentence = _(
            "We cannot read the table after line %(line)s. Is a quotation mark left open?",
            line=reader.line_num,
        )
        raise Invalid(sentence) from None
    return rows


def _take(buffer: io.StringIO) -> str:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text
