"""Invited guests: the JSON door."""

from typing import Any

from flask import Response

from app.events.services import get_event
from app.invited_guests import services
from app.invited_guests.exports import make_csv
from app.invited_guests.models import GuestState
from app.invited_guests.schemas import (
    CountsOut,
    ExportQuery,
    GuestOut,
    GuestsQuery,
    InvitationIn,
    InvitationPatch,
    LineOut,
    RemovalIn,
    TableConfirmationIn,
    TableIn,
    TableOut,
)
from app.utils.http import current_user, endpoint
from app.utils.pagination import Page


@endpoint(query=GuestsQuery, returns=GuestOut, many=True)
def list_guests(event_key: str, query: GuestsQuery) -> Page[Any]:
    """List invited guests"""
    actor = current_user()
    return services.list_guests(actor, get_event(actor, event_key), **query.model_dump())


@endpoint(returns=CountsOut)
def count(event_key: str) -> dict[GuestState, int]:
    """Count invited guests by state"""
    actor = current_user()
    return services.count_by_state(actor, get_event(actor, event_key))


@endpoint(
    body=InvitationIn,
    returns=GuestOut,
    status=201,
    raises=(services.AlreadyInvited, services.EventOver, services.UnusableInvitation),
)
def create(event_key: str, body: InvitationIn) -> Any:
    """Invite a guest

    One message goes out, with a secret link; the guest needs no account.
    """
    actor = current_user()
    event = get_event(actor, event_key)
    guest = services.invite(actor, event, **body.model_dump())
    return services.get_row(actor, event, guest.id)


@endpoint(returns=GuestOut)
def show(event_key: str, guest_id: int) -> Any:
    """One invited guest"""
    actor = current_user()
    return services.get_row(actor, get_event(actor, event_key), guest_id)


@endpoint(body=InvitationPatch, returns=GuestOut, raises=(services.GuestRemoved, services.UnusableInvitation))
def update(event_key: str, guest_id: int, body: InvitationPatch) -> Any:
    """Change an invitation

    The guest is not told; send the invitation again if they should see it.
    """
    actor = current_user()
    event = get_event(actor, event_key)
    services.change(actor, event, guest_id, body.model_dump(exclude_unset=True))
    return services.get_row(actor, event, guest_id)


@endpoint(query=RemovalIn, raises=(services.GuestRemoved,))
def delete(event_key: str, guest_id: int, query: RemovalIn) -> None:
    """Take an invitation back

    The guest is told, unless they had declined.
    """
    actor = current_user()
    services.remove(actor, get_event(actor, event_key), guest_id, note=query.note)


@endpoint(
    returns=GuestOut,
    status=201,
    raises=(services.AlreadyAccepted, services.EventOver, services.GuestRemoved, services.SentJustNow),
)
def resend(event_key: str, guest_id: int) -> Any:
    """Send the invitation again

    Links in earlier messages stop working.
    """
    actor = current_user()
    event = get_event(actor, event_key)
    services.resend(actor, event, guest_id)
    return services.get_row(actor, event, guest_id)


@endpoint(query=ExportQuery, media="text/csv")
def export(event_key: str, query: ExportQuery) -> Response:
    """The guest list as CSV"""
    actor = current_user()
    event = get_event(actor, event_key)
    rows = services.list_rows(actor, event, **query.model_dump(exclude={"bom"}))
    return make_csv(event, rows, bom=query.bom)


@endpoint(body=TableIn, returns=LineOut, many=True, raises=(services.EventOver, services.UnreadableTable))
def report_table(event_key: str, body: TableIn) -> list[services.Line]:
    """What a CSV table of guests would do, line by line

    Nothing is changed.
    """
    actor = current_user()
    return services.read_table(actor, get_event(actor, event_key), body.table, role=body.role)


@endpoint(
    body=TableConfirmationIn,
    returns=TableOut,
    status=201,
    raises=(services.EventOver, services.ListChanged, services.UnreadableTable),
)
def invite_table(event_key: str, body: TableConfirmationIn) -> dict[str, int]:
    """Invite everybody in a CSV table who is fit, all or none

    `expected` is the number of lines without a fault in the report.
    """
    actor = current_user()
    guests = services.invite_table(actor, get_event(actor, event_key), **body.model_dump())
    return {"invited": len(guests)}
