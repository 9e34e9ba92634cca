"""What a guest is told by mail, in the language of the invitation."""

from typing import Any

from flask_babel import force_locale

from app.emails import services as emails
from app.emails.layout import Frame, Framed, moment_in_words
from app.events.models import Event
from app.invited_guests.models import InvitedGuest
from app.invited_guests.queries import INVITATION
from app.invited_guests.words import paid_sentence, role_in
from app.users.models import User
from app.utils.links import public_link
from app.utils.moments import long_span


def queue_invitation(guest: InvitedGuest, event: Event, inviter: User, secret: str) -> None:
    """Mail the invitation with its secret link."""
    emails.queue(
        INVITATION,
        to=guest.email,
        language=guest.language,
        event=event,
        **invitation_fields(guest, event, inviter, secret),
    )


def queue_invitations(event: Event, inviter: User, secrets: dict[InvitedGuest, str]) -> None:
    """Mail many invitations in few statements, each with the guest's own secret."""
    recipients = [
        emails.Recipient(guest.email, guest.language, invitation_fields(guest, event, inviter, secret))
        for guest, secret in secrets.items()
    ]
    emails.queue_many(INVITATION, recipients, event=event)


def show_invitation(guest: InvitedGuest, event: Event, inviter: User) -> Framed:
    """The invitation as it would arrive, its link leading nowhere."""
    text = emails.get_template(
        INVITATION, guest.language, event.organisation_id, event.id, fallback=event.language
    )
    expires = moment_in_words(guest.answer_before, event.zone, text.language, closing=True)
    organisation, title = event.organisation, event.title_in(text.language)
    return emails.preview(
        INVITATION,
        text.language,
        subject=text.subject,
        body=text.body,
        frame=Frame(title, organisation.name, event.contact_email, organisation.colour),
        values={
            **invitation_fields(guest, event, inviter, "…"),
            "expires": expires,
            "event": title,
            "organisation": organisation.name,
            "contact": event.contact_email,
        },
        event_id=event.id,
    )


def queue_removal(guest: InvitedGuest, event: Event, note: str) -> None:
    """Tell the guest that the invitation is taken back."""
    emails.queue(
        "guest_removed",
        to=guest.email,
        language=guest.language,
        event=event,
        name=guest.name,
        role=role_in(event, guest.role, guest.language),
        note=note,
    )


def queue_acceptance(guest: InvitedGuest, account: User) -> None:
    """Thank the guest who accepted, with the page where they can think again once signed in."""
    event = guest.event
    emails.queue(
        "guest_accepted",
        to=account if account.is_verified else guest.email,
        language=guest.language,
        event=event,
        name=guest.name,
        role=role_in(event, guest.role, guest.language),
        dates=_dates(guest, event),
        place=event.place,
        link=public_link(f"/events/{event.key}/invitation"),
    )


def invitation_fields(guest: InvitedGuest, event: Event, inviter: User, secret: str) -> dict[str, Any]:
    """The merge fields of an invitation."""
    with force_locale(guest.language):
        paid = paid_sentence(guest.pays) if guest.pays else ""
    return {
        "name": guest.name,
        "role": role_in(event, guest.role, guest.language),
        "inviter": inviter.name,
        "dates": _dates(guest, event),
        "place": event.place,
        "paid": paid,
        "note": guest.note,
        "expires": guest.answer_before,
        "link": public_link(f"/invitations/{secret}"),
    }


def _dates(guest: InvitedGuest, event: Event) -> str:
    with force_locale(guest.language):
        return long_span(event.starts_on, event.ends_on)
