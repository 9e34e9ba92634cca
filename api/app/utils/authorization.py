"""The first line of every service."""

from app.utils.errors import Forbidden, NotFound
from app.utils.i18n import _


def require(allowed: bool, *, visible: bool = True) -> None:
    """Go on if `allowed`; else raise `Forbidden`, or `NotFound` when the person may not know that the thing exists."""
    if allowed:
        return
    if not visible:
        raise NotFound(_("There is nothing here, or it is not shared with you."))
    raise Forbidden(_("Your role does not allow this. Ask an organiser of the event if you need it."))
