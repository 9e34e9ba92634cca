"""The frame around a message: HTML that mail programs of all ages understand, and the plain text's head and foot."""

import re
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import css_inline
from flask import current_app, render_template
from flask_babel import force_locale

from app.emails.rendering import Rendered
from app.utils import moments
from app.utils.colours import READABLE, contrast, read_colour, write_colour

MARULA = "Marula"
DARKER = 0.95

# Nothing is fetched: the one style sheet stands in the layout.
_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


@dataclass(frozen=True)
class Frame:
    """Who writes: the head's name, and for the foot the organisation, its address for questions and its colour."""

    place: str
    organisation: str = ""
    contact: str = ""
    colour: str | None = None


@dataclass(frozen=True)
class Framed:
    """A message as it is stored and sent."""

    subject: str
    text: str
    html: str


def put_in_frame(message: Rendered, frame: Frame, language: str) -> Framed:
    """`message` with head, foot and style, in `language`."""
    writer = " · ".join(filter(None, (frame.organisation, frame.contact))) or current_app.config["PUBLIC_URL"]
    foot = [writer, message.reason]
    with force_locale(language):
        html = render_template(
            "emails/message.html",
            message=message,
            place=frame.place,
            foot=foot,
            colour=readable_colour(frame.colour),
            language=language,
        )
    text = "\n".join((frame.place, "", message.text, "-- ", *foot, ""))
    return Framed(message.subject, text, _inliner.inline(html))


def moment_in_words(when: datetime, zone: ZoneInfo, language: str, *, closing: bool) -> str:
    """ "Friday 5 March 2027, 23:59 Nairobi time"; `closing` shows the last minute of a window that ends then."""
    with force_locale(language):
        words = moments.last_moment(when, zone) if closing else moments.day_and_time(when, zone)
        return moments.in_zone(words, zone)


def readable_colour(colour: str | None) -> str | None:
    """`colour` (#rrggbb), made dark enough for white letters on it (4.5:1); None for anything else."""
    if not colour or not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        return None
    while contrast(colour, "#ffffff") < READABLE:
        red, green, blue = read_colour(colour)
        colour = write_colour((red * DARKER, green * DARKER, blue * DARKER))
    return colour
