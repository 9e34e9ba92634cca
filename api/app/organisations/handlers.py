"""What the history says of organisations, and what happens to memberships when an account is erased."""

from app.audit.sentences import add_sentences
from app.utils.i18n import lazy_gettext

add_sentences(
    {
        "organisation.created": lazy_gettext("created the organisation"),
        "organisation.changed": lazy_gettext("changed the organisation"),
        "member.invited": lazy_gettext("invited a member"),
        "member.joined": lazy_gettext("joined the organisation"),
        "member.role_changed": lazy_gettext("changed a member’s role"),
        "member.removed": lazy_gettext("removed a member"),
        "member_invitation.resent": lazy_gettext("sent a member’s invitation again"),
        "member_invitation.withdrawn": lazy_gettext("withdrew a member’s invitation"),
        "message_template.changed": lazy_gettext("changed the text of a message"),
        "message_template.reset": lazy_gettext("went back to the shipped text of a message"),
    },
    fields={
        "name": lazy_gettext("name"),
        "languages": lazy_gettext("languages"),
        "contact_email": lazy_gettext("contact address"),
        "website": lazy_gettext("website"),
        "currency": lazy_gettext("currency"),
        "colour": lazy_gettext("colour"),
        "mark": lazy_gettext("mark"),
        "privacy_policy": lazy_gettext("privacy policy"),
        "role": lazy_gettext("role"),
    },
)
