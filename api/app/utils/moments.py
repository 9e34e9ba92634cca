"""Times and dates in words: in the event's zone with its city, and in the reader's own."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import (
    format_date,
    format_interval,
    format_skeleton,
    format_time,
    format_timedelta,
    get_timezone_location,
)

from app.utils import time
from app.utils.i18n import _, current_language

Zone = ZoneInfo | str

ANYWHERE = "Etc/GMT+12"
DAY = "EEEE d MMMM y"
REGIONS = {"en": "en_GB"}


def reading_locale() -> Locale:
    """The locale by which numbers and dates are written: English as in Britain."""
    language = current_language()
    return Locale.parse(REGIONS.get(language, language))


def as_zone(zone: Zone) -> ZoneInfo:
    """The zone itself, whether given by name or not."""
    return zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)


def zone_city(zone: Zone) -> str:
    """The name people call a zone by: its city, "UTC", or "Anywhere on Earth"."""
    key = as_zone(zone).key
    if key == ANYWHERE:
        return _("Anywhere on Earth")
    if key in ("UTC", "Etc/UTC"):
        return "UTC"
    city = get_timezone_location(key, reading_locale(), return_city=True)
    return str(city).rsplit("/", 1)[-1].replace("_", " ")


def zone_words(zone: Zone) -> str:
    """ "Nairobi time": what stands after a time of day."""
    key = as_zone(zone).key
    if key in (ANYWHERE, "UTC", "Etc/UTC"):
        return zone_city(zone)
    return _("%(city)s time", city=zone_city(zone))


def in_zone(words: str, zone: Zone) -> str:
    """`words`, which end with a time of day, and the zone it is meant in: "Friday 5 March 2027, 23:59 Nairobi time"."""
    return _("%(time)s %(zone)s", time=words, zone=zone_words(zone))


def full_day(day: date) -> str:
    """ "Friday 5 March 2027"."""
    return format_date(day, DAY if current_language() == "en" else "full", reading_locale())


def long_day(day: date) -> str:
    """ "5 March 2027"."""
    return format_date(day, "long", reading_locale())


def short_day(day: date) -> str:
    """ "5 Mar"."""
    return format_skeleton("MMMd", day, locale=reading_locale())


def clock(when: datetime, zone: Zone) -> str:
    """ "23:59" in the zone."""
    return format_time(when.astimezone(as_zone(zone)), "HH:mm", locale=reading_locale())


def day_and_time(when: datetime, zone: Zone) -> str:
    """ "Friday 5 March 2027, 12:11" in the zone."""
    local = when.astimezone(as_zone(zone))
    return _("%(day)s, %(time)s", day=full_day(local.date()), time=clock(local, zone))


def last_minute(closes_at: datetime, zone: Zone) -> datetime:
    """The last instant people see of a half-open window: what ends at 24:00 was typed, and reads, as 23:59."""
    before = (closes_at - timedelta(minutes=1)).astimezone(as_zone(zone))
    return before if (before.hour, before.minute) == (23, 59) else closes_at.astimezone(as_zone(zone))


def last_moment(closes_at: datetime, zone: Zone) -> str:
    """A deadline as people read it: "Friday 5 March 2027, 23:59"."""
    return day_and_time(last_minute(closes_at, zone), zone)


def instant(when: datetime, zone: Zone, closing: bool = False) -> str:
    """The instant for the `datetime` of a `<time>`; of a deadline, the last minute that people see."""
    shown = last_minute(when, zone) if closing else when
    return shown.astimezone(ZoneInfo("UTC")).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_for_reader(when: datetime, zone: Zone, reader: Zone | None, closing: bool = True) -> str | None:
    """The same instant on the reader's clock; "" when it is the same there, None when their zone is not known."""
    if not reader:
        return None
    shown = last_minute(when, zone) if closing else when.astimezone(as_zone(zone))
    theirs = shown.astimezone(as_zone(reader))
    if theirs.replace(tzinfo=None) == shown.replace(tzinfo=None):
        return ""
    if theirs.date() == shown.date():
        return clock(theirs, reader)
    day = format_skeleton("MMMEd", theirs, locale=reading_locale())
    return _("%(day)s, %(time)s", day=day, time=clock(theirs, reader))


def window_span(opens_at: datetime, closes_at: datetime, zone: Zone) -> str:
    """A window in few words: "11 Jan – 5 Mar", in the zone."""
    first = opens_at.astimezone(as_zone(zone)).date()
    last = last_minute(closes_at, zone).date()
    return day_span(first, last)


def day_span(first: date, last: date) -> str:
    """Two days in few words: "5–16 Jul"."""
    if first == last:
        return short_day(first)
    return format_interval(first, last, "MMMd", locale=reading_locale())


def long_span(first: date, last: date) -> str:
    """ "5 to 16 July 2027"; what the days share is said once."""
    if first == last:
        return long_day(first)
    if (first.year, first.month) == (last.year, last.month):
        beginning = format_date(first, "d", reading_locale())
    elif first.year == last.year:
        beginning = format_skeleton("MMMMd", first, locale=reading_locale())
    else:
        beginning = long_day(first)
    return _("%(first)s to %(last)s", first=beginning, last=long_day(last))


def full_span(first: date, last: date) -> str:
    """Two days in full: "Monday 5 to Friday 16 July 2027"; what they share is said once."""
    if first == last:
        return full_day(first)
    pattern = DAY
    if first.year == last.year:
        pattern = "EEEE d" if first.month == last.month else "EEEE d MMMM"
    return _(
        "%(first)s to %(last)s", first=format_date(first, pattern, reading_locale()), last=full_day(last)
    )


def ago(when: datetime) -> str:
    """ "2 days ago"."""
    return format_timedelta(when - time.now(), add_direction=True, locale=reading_locale(), threshold=0.95)


def stamp(when: datetime, zone: Zone) -> str:
    """When something happened, as short as can be: the clock today, then the day."""
    local = when.astimezone(as_zone(zone))
    today = time.now().astimezone(as_zone(zone)).date()
    if local.date() == today:
        return clock(local, zone)
    if 0 < (today - local.date()).days < 7:
        return format_date(local.date(), "EEE", reading_locale())
    if local.year == today.year:
        return short_day(local.date())
    return format_date(local.date(), "medium", reading_locale())


def days_left(closes_at: datetime) -> int:
    """Whole days until then; 0 on the last day and after."""
    return max(0, (closes_at - time.now()).days)
