"""What the history says of decisions."""

from app.audit.sentences import add_sentences
from app.utils.i18n import lazy_gettext

add_sentences(
    {
        "decision.drafted": lazy_gettext("drafted a decision"),
        "decisions.released": lazy_gettext("released decisions"),
    },
    fields={"verdict": lazy_gettext("decision")},
)
