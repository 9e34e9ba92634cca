"""Moments as organisers type them, in the event's zone, and the instants they mean.

A window is half-open. A close typed 23:59 means the end of that day, so it is kept as 24:00 and shown as 23:59.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from app.events.models import Event, EventPhase, PhaseKind
from app.utils.errors import Invalid
from app.utils.i18n import _
from app.utils.moments import last_minute, zone_words

PHASE_ORDER = list(PhaseKind)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Window:
    """A window as typed: moments without a zone are in the event's, others are taken exactly."""

    opens_at: datetime
    closes_at: datetime


Windows = Mapping[PhaseKind, Window | None]


def typed_window(phase: EventPhase, zone: ZoneInfo) -> Window:
    """The window as it was typed in `zone`."""
    opens = phase.opens_at.astimezone(zone).replace(tzinfo=None, fold=0)
    return Window(opens, last_minute(phase.closes_at, zone).replace(tzinfo=None, fold=0))


def sorted_phases(event: Event) -> list[EventPhase]:
    """The event's windows in the order in which they are lived."""
    return sorted(event.phases, key=lambda phase: PHASE_ORDER.index(phase.kind))


def resolve(windows: Windows, zone: ZoneInfo) -> dict[PhaseKind, tuple[datetime, datetime] | None]:
    """The instants of each window, None for one to be taken away. Raises `Invalid` with every problem by its field."""
    errors: dict[str, list[str]] = {}
    found: dict[PhaseKind, tuple[datetime, datetime] | None] = {}
    for kind, window in windows.items():
        if window is None:
            found[kind] = None
            continue
        name = f"phases.{kind}"
        opens = _read(window.opens_at, zone, f"{name}.opens_at", errors, closing=False)
        closes = _read(window.closes_at, zone, f"{name}.closes_at", errors, closing=True)
        if opens and closes and closes <= opens:
            errors[f"{name}.closes_at"] = [_("This must be later than the opening.")]
        if opens and closes:
            found[kind] = (opens, closes)
    if errors:
        raise Invalid(_("Some of it needs another look."), errors=errors)
    return found


def apply(event: Event, windows: Windows) -> list[str]:
    """Give the event these windows; others stay. Answers the names of what changed. Raises `Invalid`."""
    changed = []
    for kind, instants in resolve(windows, event.zone).items():
        phase = next((each for each in event.phases if each.kind is kind), None)
        if instants is None and phase is not None:
            event.phases.remove(phase)
        elif instants is not None and phase is None:
            event.phases.append(EventPhase(kind=kind, opens_at=instants[0], closes_at=instants[1]))
        elif instants is not None and phase is not None and instants != (phase.opens_at, phase.closes_at):
            phase.opens_at, phase.closes_at = instants
        else:
            continue
        changed.append(f"phases.{kind}")
    return changed


def _read(
    typed: datetime, zone: ZoneInfo, field: str, errors: "dict[str, list[str]]", *, closing: bool
) -> datetime | None:
    try:
        return read_moment(typed, zone, closing=closing)
    except ValueError as problem:
        errors[field] = [str(problem)]
        return None


def read_moment(typed: datetime, zone: ZoneInfo, *, closing: bool) -> datetime:
    """The instant that `typed` means in `zone`. Raises `ValueError`, with a sentence, for one that no clock shows.

    Where clocks go back, an opening means the first of the two instants and a close the second.
    """
    if typed.year < 1970 or typed.year > 9000:
        raise ValueError(_("Please check the year."))
    if typed.tzinfo is not None:
        return typed.astimezone(UTC)
    if closing and (typed.hour, typed.minute) == (23, 59):
        midnight = typed.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return midnight.replace(tzinfo=zone).astimezone(UTC)
    instant = typed.replace(tzinfo=zone, fold=int(closing)).astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != typed:
        raise ValueError(
            _(
                "On that day the clocks go forward, and this time is left out in %(zone)s. Choose an hour later.",
                zone=zone_words(zone),
            )
        )
    return instant
