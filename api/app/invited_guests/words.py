"""The words for a guest's role and for what the organisers pay."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.events.models import Event
from app.utils.i18n import _, lazy_gettext, text_in
from app.utils.moments import ago, stamp
from app.utils.text import fold
from app.utils.time import now

PAID = {
    "hotel": lazy_gettext("Hotel"),
    "flight": lazy_gettext("Flight"),
    "meals": lazy_gettext("Meals"),
    "visa": lazy_gettext("Visa fee"),
}


def roles_of(event: Event, language: str) -> dict[str, str]:
    """Key and label of each role that guests of `event` may have, in the event's order."""
    return {role["key"]: text_in(role["label"], language, (event.language,)) for role in event.guest_roles}


def role_in(event: Event, key: str, language: str) -> str:
    """The label of a role; the key itself when the event has it no more."""
    return roles_of(event, language).get(key, key)


def find_role(event: Event, typed: str) -> str | None:
    """The key of the role that somebody named, by its key or its label in any language."""
    wanted = fold(typed)
    for role in event.guest_roles:
        if wanted in {fold(name) for name in (role["key"], *role["label"].values())}:
            return str(role["key"])
    return None


def paid_words(pays: Iterable[str]) -> list[str]:
    """What is paid for, in the reader's language where it is one of the usual things."""
    return [str(PAID.get(each, each)) for each in pays]


def paid_sentence(pays: Sequence[str]) -> str:
    """ "Hotel, flight, Workshop dinner", or "Nothing"."""
    words = paid_words(pays)
    usual = [within_sentence(word) if key in PAID else word for key, word in zip(pays, words, strict=True)]
    return ", ".join([*words[:1], *usual[1:]]) or _("Nothing")


def within_sentence(label: str) -> str:
    """A label as it stands within a sentence: "Speaker" becomes "speaker", "VIP" and "PhD" stay."""
    is_plain = label[1:] == label[1:].lower()
    return label[:1].lower() + label[1:] if is_plain else label


def since_words(when: datetime, zone: ZoneInfo) -> str:
    """ "14:02" today, "3 days ago" for a fortnight, "26 Mar" before."""
    return ago(when) if timedelta(days=1) <= now() - when < timedelta(days=14) else stamp(when, zone)
