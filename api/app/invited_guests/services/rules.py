"""What every act on the guest list respects, and the refusals that follow from it."""

from datetime import date, datetime, timedelta
from typing import TypedDict

from app.events.models import Event
from app.invited_guests.models import GuestState, InvitedGuest
from app.invited_guests.policies import is_over
from app.invited_guests.words import roles_of
from app.utils.errors import Conflict, Invalid, TooMany
from app.utils.i18n import _, lazy_gettext
from app.utils.time import end_of_day, now

DAYS_TO_ANSWER = 30


class AlreadyInvited(Conflict):
    """The person is on the guest list; there is one invitation per person and event."""

    code = "already-invited"
    title = lazy_gettext("This guest is invited already")


class AlreadyAccepted(Conflict):
    """Who has accepted needs no further invitation."""

    code = "already-accepted"
    title = lazy_gettext("The guest has accepted")


class EventOver(Conflict):
    """The event has ended, was cancelled or is archived: invitations are neither sent nor answered."""

    code = "event-over"
    title = lazy_gettext("The event is over")


class GuestRemoved(Conflict):
    """The invitation was taken back."""

    code = "guest-removed"
    title = lazy_gettext("The invitation was taken back")


class SentJustNow(TooMany):
    """The last message is too fresh for another one."""

    code = "sent-just-now"
    title = lazy_gettext("The invitation was sent a moment ago")


class UnusableInvitation(Invalid):
    """Role, language or last day to answer do not fit the event; `errors` says which."""

    code = "unusable-invitation"
    title = lazy_gettext("Please check the invitation")


class Details(TypedDict, total=False):
    """What an invitation may say beside address and role.

    `name` is how the guest is greeted. `language` is the event's first unless given. The guest may answer to the end
    of `answer_by` in the event's zone, else for 30 days, and never longer than the event lasts.
    """

    name: str
    language: str
    note: str
    pays: list[str]
    answer_by: date | None


def refuse_over(event: Event) -> None:
    """Raise `EventOver` when there is nothing left to be invited to."""
    if is_over(event, now()):
        raise EventOver(_("The event has ended or was called off. There is nothing left to be invited to."))


def refuse_removed(guest: InvitedGuest) -> None:
    """Raise `GuestRemoved` when the invitation was taken back."""
    if guest.state is GuestState.REMOVED:
        sentence = _(
            "The invitation of %(name)s was taken back. Invite the address anew if they should come.",
            name=guest.greeting,
        )
        raise GuestRemoved(sentence)


def check_fit(
    event: Event, *, role: str | None = None, language: str = "", answer_by: date | None = None
) -> None:
    """Raise `UnusableInvitation`, with every reason at once, unless what is given fits the event."""
    errors = {}
    if role is not None and role not in (roles := roles_of(event, event.language)):
        errors["role"] = [
            _("Choose one of the event's guest roles: %(roles)s.", roles=", ".join(roles))
            if roles
            else _("This event has no guest roles yet. Add one in its settings.")
        ]
    if language and language not in event.languages:
        known = ", ".join(event.languages)
        errors["language"] = [_("Choose one of the event's languages: %(languages)s.", languages=known)]
    if answer_by and end_of_day(answer_by, event.zone) <= now():
        errors["answer_by"] = [_("Choose a day that is still to come.")]
    if errors:
        raise UnusableInvitation(_("Some of it needs another look."), errors=errors)


def end_of_answering(event: Event, answer_by: date | None = None) -> datetime:
    """The instant at which the time for the first answer is over."""
    chosen = answer_by or now().astimezone(event.zone).date() + timedelta(days=DAYS_TO_ANSWER)
    return end_of_day(min(chosen, event.ends_on), event.zone)
