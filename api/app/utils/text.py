"""Comparing texts the way people do."""

import unicodedata

# Letters that Unicode does not take apart, although people type them without the stroke.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


def fold(text: str) -> str:
    """`text` without case, accents and runs of blanks: "Traoré" and "TRAORE" become the same."""
    letters = unicodedata.normalize("NFKD", text.casefold()).translate(_PLAIN)
    plain = "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
    return " ".join(plain.split())


def like_pattern(word: str) -> str:
    """A LIKE pattern (with a backslash as escape) for texts that hold `word` anywhere, its own % and _ taken as such."""
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
