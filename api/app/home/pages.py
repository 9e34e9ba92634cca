"""Pages that look over all packages."""

from typing import Any

from app.home.your_events import find_your_events
from app.utils.http import current_user, page
from app.utils.time import now


@page("home/your_events.html")
def show() -> dict[str, Any]:
    """Your events: one card for each, with its state, what happens next and when, and one button."""
    return {"yours": find_your_events(current_user(), now())}
