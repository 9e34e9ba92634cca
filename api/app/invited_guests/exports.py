"""The guest list as a table for spreadsheets; the import reads it back."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from flask import Response

from app.events.models import Event
from app.invited_guests.models import GuestState
from app.invited_guests.words import paid_words, roles_of
from app.utils.i18n import _, current_language
from app.utils.looks import state_look
from app.utils.spreadsheets import csv_response


def make_csv(event: Event, rows: Iterable[Any], *, bom: bool) -> Response:
    """The rows of `services.list_rows` as a download, words in the reader's language, times in the event's zone."""
    heads = (
        _("Name"),
        _("E-mail"),
        _("Role"),
        _("State"),
        _("Since"),
        _("We pay"),
        _("Language"),
        _("Note"),
        _("Invited"),
        _("Answered"),
        _("Reason"),
    )
    return csv_response(f"{event.key}-guests.csv", heads, _cells(event, rows), bom=bom)


def _cells(event: Event, rows: Iterable[Any]) -> Iterator[tuple[str, ...]]:
    roles = roles_of(event, current_language())
    states = {state: str(state_look(state).label) for state in GuestState}
    zone = event.zone

    def moment(at: datetime | None) -> str:
        return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""

    for row in rows:
        yield (
            row.name,
            row.email,
            roles.get(row.role, row.role),
            states[row.state],
            moment(row.since),
            ", ".join(paid_words(row.pays)),
            row.language,
            row.note,
            moment(row.sent_at),
            moment(row.answered_at),
            row.decline_reason,
        )
