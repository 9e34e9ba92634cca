"""Texts that people type: made storable and comparable, and counted.

`static/js/conditions.js` trims, and the page's counter counts, by the same rules; change both or none.
"""

import re
import unicodedata

# What JavaScript's trim() takes away, and U+0085: the two sides must agree on when an answer is empty.
BLANK = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
# Scripts written without spaces whose every character counts as a word, as word processors do.
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"

_TOKEN = re.compile(f"[{_IDEOGRAPHS}]|[^{_IDEOGRAPHS}\\s]+")
_LETTER = re.compile(r"[^\W_]")
_BAD = re.compile("[\x00\ud800-\udfff]")
_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_CONTROLS = dict.fromkeys([*range(1, 9), *range(14, 32), 127, *range(0x80, 0x85), *range(0x86, 0xA0)])


class Unstorable(ValueError):
    """The text holds NUL or half a surrogate pair, which PostgreSQL cannot keep."""


def clean(text: str, *, one_line: bool = False) -> str:
    """`text` in NFC, trimmed, with plain line breaks and without control characters (PDF readers paste them).

    Raises `Unstorable` for NUL and lone surrogates: there something broke on the way, and a person should look.
    """
    if text.isascii() and text.isprintable():
        return text.strip(BLANK)
    if _BAD.search(text):
        raise Unstorable
    text = _BREAKS.sub("\n", text).translate(_CONTROLS)
    if one_line:
        text = text.replace("\n", " ").replace("\t", " ")
    return unicodedata.normalize("NFC", text).strip(BLANK)


def count_words(text: str) -> int:
    """Runs between blanks that hold a letter or digit; each Han, Hiragana or Katakana character by itself."""
    return sum(1 for token in _TOKEN.findall(text) if _LETTER.search(token))
