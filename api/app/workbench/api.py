"""The organisers' workbench: the JSON door."""

from typing import Any

from flask import Response

from app.events.services import get_event
from app.utils.http import current_user, endpoint
from app.utils.i18n import current_language
from app.utils.pagination import Page
from app.utils.spreadsheets import csv_response
from app.workbench import services
from app.workbench.queries import Wanted
from app.workbench.schemas import ApplicationOut, ApplicationRow, Filters


@endpoint(query=Filters, returns=ApplicationRow, many=True)
def index(event_key: str, query: Filters) -> Page[Any]:
    """The applications of an event

    Filtered, searched and ordered. Without `state` the submitted ones.
    """
    event = get_event(current_user(), event_key)
    found = services.list_applications(
        current_user(), event, wanted(query), number=query.page, per_page=query.per_page
    )
    return found.page


@endpoint(returns=ApplicationOut)
def show(event_key: str, number: int) -> dict[str, Any]:
    """One application with its answers"""
    event = get_event(current_user(), event_key)
    row = services.get_row(current_user(), event, number)
    dossier = services.get_dossier(current_user(), event, number)
    response = dossier.response
    return {
        **row._mapping,
        "form_version": response.form_version.number if response else None,
        "answers": response.answers if response else {},
    }


@endpoint(query=Filters, media="text/csv")
def export(event_key: str, query: Filters) -> Response:
    """The applications with all their answers as CSV"""
    event = get_event(current_user(), event_key)
    table = services.export_applications(current_user(), event, wanted(query), current_language())
    return csv_response(f"{event.key}-applications.csv", table.heads, table.rows)


def wanted(query: Filters) -> Wanted:
    """The filters as the queries take them."""
    return Wanted(
        words=query.q,
        state=query.wanted_state,
        country=query.country,
        decision=query.decision.value if query.decision else None,
        sort=query.sort.value,
    )
