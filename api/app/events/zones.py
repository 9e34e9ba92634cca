"""The time zones that an event may have, as a list to choose from."""

from functools import cache
from zoneinfo import available_timezones

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


@cache
def _named_zones() -> list[str]:
    return sorted(name for name in known_zones() if name.partition("/")[0] in REGIONS)


def zone_choices() -> list[tuple[str, str]]:
    """Value and words: "Anywhere on Earth" and UTC first, then regions and cities."""
    first = [(ANYWHERE, _("Anywhere on Earth")), ("UTC", "UTC")]
    return first + [(name, name.replace("_", " ").replace("/", " / ")) for name in _named_zones()]
