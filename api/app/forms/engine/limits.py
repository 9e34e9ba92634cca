"""How large a form may be, and what its keys may look like."""

FORMAT = 1
MAX_LANGUAGES = 12
MAX_SECTIONS = 50
MAX_QUESTIONS = 300
MAX_OPTIONS = 300
MAX_CONDITION_DEPTH = 6
MAX_COMPARISONS = 40
MAX_FLAWS = 100
MAX_DOCUMENT_BYTES = 2_000_000

TEXT_LIMITS = {
    "title": 300,
    "intro": 10_000,
    "label": 1_000,
    "help": 3_000,
    "placeholder": 300,
    "text": 20_000,
    "option": 500,
}

KEY_PATTERN = r"[a-z][a-z0-9_]{0,47}"
VALUE_PATTERN = r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}"

# Names of the pages' own fields beside the answers.
RESERVED_KEYS = frozenset(
    {"csrf_token", "revision", "base_revision", "save_id", "section", "action", "language", "lang", "next"}
)
