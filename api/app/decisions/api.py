"""Decisions: the JSON door."""

from typing import Any

from app.decisions import services
from app.decisions.models import Release
from app.decisions.schemas import DecisionOut, DraftedOut, DraftIn, PreviewOut, ReleaseIn, ReleaseOut
from app.events.services import get_event
from app.utils.errors import NotFound
from app.utils.http import current_user, endpoint
from app.utils.i18n import _


@endpoint(body=DraftIn, returns=DraftedOut, raises=(NotFound,))
def draft(event_key: str, body: DraftIn) -> services.Drafted:
    """Draft a verdict for some applications

    Nobody outside the team sees a draft. Applications that are not submitted, or withdrawn, are skipped and named.
    """
    event = get_event(current_user(), event_key)
    return services.draft(
        current_user(), event, numbers=body.applications, verdict=body.verdict, rank=body.rank
    )


@endpoint(returns=PreviewOut)
def preview(event_key: str) -> services.Preview:
    """What a release would do now"""
    return services.preview(current_user(), get_event(current_user(), event_key))


@endpoint(
    body=ReleaseIn, returns=ReleaseOut, status=201, raises=(services.NothingToRelease, services.DraftsChanged)
)
def release(event_key: str, body: ReleaseIn) -> Release:
    """Release all drafted decisions

    Applicants see them at once, and each gets one message.
    """
    event = get_event(current_user(), event_key)
    return services.release(current_user(), event, expected=body.expected, newest=body.newest)


@endpoint(returns=DecisionOut, raises=(NotFound,))
def show_own(event_key: str) -> dict[str, Any]:
    """The decision on your application

    404 until it is released.
    """
    decision = services.find_own(current_user(), get_event(current_user(), event_key))
    if decision is None or decision.release is None:
        raise NotFound(_("There is no decision on your application yet."))
    return {"verdict": decision.verdict, "released_at": decision.release.released_at}


@endpoint(returns=ReleaseOut, many=True)
def releases(event_key: str) -> list[Release]:
    """The releases so far, newest first"""
    return services.list_releases(current_user(), get_event(current_user(), event_key))
