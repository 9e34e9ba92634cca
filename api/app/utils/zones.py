"""The time zones there are, and a list of them to choose from."""

from functools import cache
from typing import Annotated
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field

from app.utils.i18n import _
from app.utils.moments import ANYWHERE

REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)


@cache
def known_zones() -> frozenset[str]:
    """The names of all zones that the server's data know."""
    return frozenset(available_timezones())


def _check_zone(name: str) -> str:
    if name not in known_zones():
        raise ValueError(_("We do not know this time zone. Write it like Africa/Nairobi."))
    return name


TimeZone = Annotated[str, AfterValidator(_check_zone), Field(examples=["Africa/Nairobi"])]


@cache
def _named_zones() -> list[str]:
    return sorted(name for name in known_zones() if name.partition("/")[0] in REGIONS)


def zone_choices(*, now: str | None = None, anywhere: bool = False) -> list[tuple[str, str]]:
    """Value and words: UTC first (before it "Anywhere on Earth", where deadlines may be), then regions and cities.

    What is chosen `now` is among them, whatever it is called.
    """
    first = [(ANYWHERE, _("Anywhere on Earth")), ("UTC", "UTC")] if anywhere else [("UTC", "UTC")]
    known = {value for value, _words in first} | set(_named_zones())
    if now and now not in known:
        first.append((now, now))
    return first + [(name, name.replace("_", " ").replace("/", " / ")) for name in _named_zones()]
