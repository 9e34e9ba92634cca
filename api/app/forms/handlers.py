"""What the history says of forms."""

from app.audit.sentences import add_sentences
from app.utils.i18n import lazy_gettext

add_sentences(
    {
        "form.created": lazy_gettext("began a form"),
        "form_version.saved": lazy_gettext("saved a draft of the form"),
        "form_version.discarded": lazy_gettext("threw the draft of the form away"),
        "form_version.published": lazy_gettext("published the form"),
    },
    fields={"document": lazy_gettext("questions")},
)
