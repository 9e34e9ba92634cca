"""Comparing texts, and tables as CSV."""

import pytest

from app.utils.spreadsheets import decode_table, read_csv, safe_cell, write_csv
from app.utils.text import fold, like_pattern


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("  Traoré\tAdama ", "traore adama"),
        ("ØDEGÅRD", "odegard"),
        ("Straße", "strasse"),
        ("Nguyễn Thị", "nguyen thi"),
        ("منى", "منى"),
    ],
)
def test_texts_compare_without_case_accents_and_blanks(typed, folded):
    assert fold(typed) == folded


def test_a_pattern_takes_its_own_signs_as_letters():
    assert like_pattern("50%_\\") == "%50\\%\\_\\\\%"


@pytest.mark.parametrize("cell", ["=1+1", "+27 11", "-1", "@me", "\tx", "\rx", "＝1"])
def test_a_cell_never_becomes_a_formula(cell):
    assert safe_cell(cell) == "'" + cell


@pytest.mark.parametrize("cell", ["Ann", "a=b", 12, -3, None, ""])
def test_a_harmless_cell_stays_as_it_is(cell):
    assert safe_cell(cell) == cell


def test_a_table_is_written_with_quotes_where_they_are_needed():
    text = "".join(write_csv(["name", "note"], [["Réka", 'a "b", c\nd'], ["=x", None]], bom=True))
    assert text == '\ufeffname,note\r\nRéka,"a ""b"", c\nd"\r\n\'=x,\r\n'


def test_a_long_table_goes_out_in_parts_and_loses_no_row():
    parts = list(write_csv(["n"], ([number] for number in range(1201))))
    assert len(parts) == 3
    assert len("".join(parts).splitlines()) == 1202


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_table_is_read_whatever_separates_it(sign):
    text = f'\ufeffemail{sign} name\r\n\r\na@b.example{sign}"Ann{sign} B"\r\n{sign}\r\n'
    assert read_csv(text) == [(1, ["email", "name"]), (3, ["a@b.example", f"Ann{sign} B"])]


def test_an_open_quotation_mark_is_named_with_its_line():
    from app.utils.errors import Invalid  # noqa: PLC0415

    with pytest.raises(Invalid):
        read_csv('email,name\na@b.example,"Ann\n')


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_an_uploaded_table_is_understood_in_the_usual_encodings(encoding):
    assert decode_table("Réka".encode(encoding)) == "Réka"
