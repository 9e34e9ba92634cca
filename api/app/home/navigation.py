"""Where pages are: the links of the layouts, shown to those who may follow them."""

from hashlib import sha256
from typing import Any
from urllib.parse import quote

from flask import Flask, current_app, request, url_for

from app.events.models import Event
from app.events.policies import can_organise, can_read_event, can_read_guests
from app.home.standing import find_standing
from app.organisations.models import Organisation
from app.users.models import User
from app.utils.i18n import _, current_language

Link = dict[str, Any]
Rows = list[tuple[str, str, str]]


def install(app: Flask) -> None:
    """Give the layouts their links."""
    app.jinja_env.globals.update(
        account_links=account_links,
        event_home_href=event_home_href,
        event_href=event_href,
        event_name=event_name,
        find_standing=find_standing,
        logo_href=picture_href,
        person_name=person_name,
        picture_href=picture_href,
        side_navigation=side_navigation,
        sign_in_href=sign_in_href,
        sign_out_href=lambda: "/sign-out",
        theme_href=theme_href,
    )


def event_name(event: Event | None) -> str:
    """The event's title in the reader's language."""
    return event.title_in(current_language()) if event else ""


def person_name(user: User) -> str:
    """The name of a person, as its owner writes it."""
    return user.name


def event_href(event: Event | None) -> str | None:
    """The event's public page."""
    return _find_href("events.pages.show", event_key=event.key) if event else None


def event_home_href(event: Event) -> str:
    """The organisers' overview of the event."""
    return _find_href("workbench.pages.overview", event_key=event.key) or event_href(event) or "/"


def picture_href(thing: Organisation | Event | None) -> str | None:
    """The mark of an organisation or the cover of an event, as an address; None when it has none."""
    picture = getattr(thing, "mark", None) or getattr(thing, "cover", None)
    if not picture:
        return None
    return str(picture) if picture.startswith("/") else url_for("static", filename=picture)


def theme_href(organisation: Organisation | None) -> str | None:
    """The stylesheet with the organisation's own colour; its address changes with the colour."""
    if organisation is None or not organisation.colour:
        return None
    version = sha256(organisation.colour.lower().encode()).hexdigest()[:12]
    return f"/theme/{organisation.key}.{version}.css"


def sign_in_href() -> str:
    """Sign-in, and back to this page afterwards."""
    here = request.full_path if request.query_string else request.path
    return f"/sign-in?next={quote(here)}" if request.method == "GET" and here != "/" else "/sign-in"


def account_links(user: User) -> list[Link]:
    """What stands in the menu behind a person's initials."""
    rows = [
        ("home", _("Your events"), "home.pages.show"),
        ("account", _("Your account"), "users.pages.profile"),
    ]
    if user.is_admin:
        rows.append(("organisations", _("Organisations"), "organisations.pages.list_all"))
    return _links(rows)


def side_navigation(
    organisation: Organisation | None, event: Event | None, viewer: User | None
) -> list[dict[str, Any]]:
    """The groups of the organisers' side bar, without what this person may not open."""
    if event is None:
        return _organisation_groups(organisation)
    reads, guests = can_read_event(viewer, event), can_read_guests(viewer, event)
    applying = [
        ("form", _("Form"), "forms.pages.show"),
        ("applications", _("Applications"), "workbench.pages.index"),
        ("decisions", _("Decisions"), "workbench.pages.preview_release"),
    ]
    other = [
        ("people", _("People and roles"), "events.pages.people"),
        ("settings", _("Settings"), "events.pages.settings"),
    ]
    groups: list[tuple[str, Rows]] = [
        ("", [("overview", _("Overview"), "workbench.pages.overview")] if reads else []),
        (_("Applying"), applying if reads else []),
        (_("Coming"), [("guests", _("Invited guests"), "invited_guests.pages.show_list")] if guests else []),
        (_("Everything else"), other if can_organise(viewer, event) else []),
    ]
    return _groups(groups, {"event_key": event.key})


def _organisation_groups(organisation: Organisation | None) -> list[dict[str, Any]]:
    if organisation is None:
        return []
    rows = [
        ("events", _("Events"), "organisations.pages.show"),
        ("members", _("Members"), "organisations.pages.members"),
        ("settings", _("Settings"), "organisations.pages.settings"),
    ]
    return _groups([("", rows)], {"organisation_key": organisation.key})


def _groups(groups: list[tuple[str, Rows]], place: dict[str, str]) -> list[dict[str, Any]]:
    made = [{"label": label, "links": _links(rows, **place)} for label, rows in groups]
    return [group for group in made if group["links"]]


def _links(rows: Rows, **place: Any) -> list[Link]:
    found = [
        {"key": key, "label": label, "href": _find_href(endpoint, **place)} for key, label, endpoint in rows
    ]
    return [link for link in found if link["href"]]


def _find_href(endpoint: str, **values: Any) -> str | None:
    """The address of a page that this installation has."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None
