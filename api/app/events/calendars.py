"""An event's dates as an iCalendar file (RFC 5545)."""

from datetime import UTC, date, datetime, timedelta

from app.events.models import Event, EventPhase, EventState, PhaseKind
from app.events.policies import find_phase
from app.events.shown import words
from app.utils.i18n import _
from app.utils.moments import last_minute

LONGEST = 75  # bytes of a line, its end not counted


def make_calendar(event: Event, address: str, domain: str) -> str:
    """The event's days, when applications open, and the last minute in which one can apply."""
    title = words(event, event.titles)
    shared = {
        "URL": address,
        "LAST-MODIFIED": _moment(event.updated_at),
        "DTSTAMP": _moment(event.updated_at),
    }
    if event.state is EventState.CANCELLED:
        shared["STATUS"] = "CANCELLED"
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Marula//Marula 1//EN", "CALSCALE:GREGORIAN"]
    days = {
        "UID": f"event-{event.id}@{domain}",
        "DTSTART;VALUE=DATE": _day(event.starts_on),
        "DTEND;VALUE=DATE": _day(event.ends_on + timedelta(days=1)),
        "SUMMARY": _text(title),
        "LOCATION": _text(event.place),
        "DESCRIPTION": _text(words(event, event.summaries)),
        "TRANSP": "TRANSPARENT",
    }
    lines += _entry({**days, **shared})
    phase = find_phase(event, PhaseKind.APPLICATION)
    if phase is not None and event.state in (EventState.PUBLISHED, EventState.UNLISTED, EventState.DRAFT):
        lines += _entry({**_deadline(event, phase, title, domain), **shared})
    return "".join(f"{_fold(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _deadline(event: Event, phase: EventPhase, title: str, domain: str) -> dict[str, str]:
    last = last_minute(phase.closes_at, event.zone)
    return {
        "UID": f"event-{event.id}-applications@{domain}",
        "DTSTART": _moment(last - timedelta(minutes=30)),
        "DTEND": _moment(last),
        "SUMMARY": _text(_("Applications close: %(event)s", event=title)),
        "TRANSP": "TRANSPARENT",
    }


def _entry(fields: dict[str, str]) -> list[str]:
    return ["BEGIN:VEVENT", *(f"{name}:{value}" for name, value in fields.items() if value), "END:VEVENT"]


def _day(day: date) -> str:
    return day.strftime("%Y%m%d")


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _fold(line: str) -> str:
    """Long lines are broken between characters; what follows begins with a blank."""
    parts, part = [], b""
    for char in line:
        piece = char.encode()
        if len(part) + len(piece) > LONGEST:
            parts.append(part)
            part = b" "
        part += piece
    return b"\r\n".join([*parts, part]).decode()
