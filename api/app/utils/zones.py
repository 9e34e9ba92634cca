"""Time zones: which there are, and how a list of them reads."""

from functools import cache
from zoneinfo import available_timezones

ANYWHERE = "Etc/GMT+12"  # "Anywhere on Earth"
_AREAS = (
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
def zones() -> frozenset[str]:
    """The names that we take: places (not the abbreviations of old), UTC and "Anywhere on Earth"."""
    places = {name for name in available_timezones() if name.partition("/")[0] in _AREAS}
    return frozenset(places | {"UTC", ANYWHERE})


@cache
def zone_choices() -> tuple[tuple[str, str], ...]:
    """`(name, words)` of every place, by area and city: "Africa / Nairobi"."""
    named = [(name, name.replace("_", " ").replace("/", " / ")) for name in zones() - {"UTC", ANYWHERE}]
    return (("UTC", "UTC"), *sorted(named, key=lambda pair: pair[1]))
