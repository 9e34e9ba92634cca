"""What the history says of events, and what happens to roles when an account is erased."""

from app.audit.sentences import add_sentences
from app.utils.i18n import lazy_gettext

add_sentences(
    {
        "event.created": lazy_gettext("created the event"),
        "event.changed": lazy_gettext("changed the event"),
        "event.published": lazy_gettext("published the event"),
        "event.unlisted": lazy_gettext("took the event off the front page"),
        "event.cancelled": lazy_gettext("cancelled the event"),
        "event.archived": lazy_gettext("archived the event"),
        "event_role.invited": lazy_gettext("invited somebody to a role"),
        "event_role.accepted": lazy_gettext("took a role"),
        "event_role.removed": lazy_gettext("took somebody’s role"),
        "event_role_invitation.resent": lazy_gettext("sent an invitation to a role again"),
        "event_role_invitation.withdrawn": lazy_gettext("withdrew an invitation to a role"),
    },
    fields={
        "key": lazy_gettext("address"),
        "kind": lazy_gettext("kind"),
        "number_prefix": lazy_gettext("prefix of numbers"),
        "titles": lazy_gettext("title"),
        "summaries": lazy_gettext("summary"),
        "descriptions": lazy_gettext("description"),
        "facts": lazy_gettext("facts"),
        "guest_roles": lazy_gettext("guest roles"),
        "place": lazy_gettext("place"),
        "time_zone": lazy_gettext("time zone"),
        "starts_on": lazy_gettext("first day"),
        "ends_on": lazy_gettext("last day"),
        "places": lazy_gettext("places"),
        "cover": lazy_gettext("picture"),
        "phases": lazy_gettext("phases"),
        "phases.application": lazy_gettext("application phase"),
        "phases.review": lazy_gettext("review phase"),
        "phases.offer": lazy_gettext("offer phase"),
        "phases.registration": lazy_gettext("registration phase"),
        "phases.attendance": lazy_gettext("attendance phase"),
        "state": lazy_gettext("state"),
        "organiser": lazy_gettext("organiser"),
        "viewer": lazy_gettext("viewer"),
        "reviewer": lazy_gettext("reviewer"),
        "treasurer": lazy_gettext("treasurer"),
        "registrar": lazy_gettext("registrar"),
        "desk": lazy_gettext("desk"),
    },
)
