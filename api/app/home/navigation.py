"""Where pages are: the links of the layouts, shown to those who may follow them."""

from typing import Any
from urllib.parse import quote

from flask import Flask, current_app, request, url_for

from app.events.models import Event
from app.events.policies import can_read_event, can_read_guests
from app.events.queries import find_roles
from app.home.queries import count_in_event
from app.home.standing import find_standing
from app.organisations.models import MemberRole, Organisation
from app.organisations.theme import theme_url
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
        theme_href=theme_url,
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
    mark, cover = getattr(thing, "mark", None), getattr(thing, "cover", None)
    picture = _picture_name("marks", mark) or _picture_name("covers", cover)
    if not picture:
        return None
    return str(picture) if picture.startswith("/") else url_for("static", filename=picture)


def _picture_name(folder: str, name: str | None) -> str | None:
    """A picture chosen from those that ship has a plain name; an address of one's own has a slash."""
    return name if not name or "/" in name else f"{folder}/{name}.svg"


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
        rows.append(("organisations", _("Organisations"), "organisations.pages.list_mine"))
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
        ("people", _("People and roles"), "events.people_pages.list_people"),
        ("messages", _("Messages"), "events.messages_pages.list_templates"),
        ("settings", _("Settings"), "events.settings_pages.texts"),
        ("history", _("History"), "events.people_pages.show_history"),
    ]
    groups: list[tuple[str, Rows]] = [
        ("", [("overview", _("Overview"), "workbench.pages.overview")] if reads else []),
        (_("Applying"), applying if reads else []),
        (_("Coming"), [("guests", _("Invited guests"), "invited_guests.pages.show_list")] if guests else []),
        (_("Everything else"), other if reads else []),
    ]
    made = _groups(groups, {"event_key": event.key})
    counts = count_in_event(event)
    for link in (link for group in made for link in group["links"]):
        if link["key"] in counts:
            link["count"] = counts[link["key"]]
    return made + _way_up(event, viewer)


def _way_up(event: Event, viewer: User | None) -> list[dict[str, Any]]:
    """The organisation's own pages, for its members."""
    if viewer is None or find_roles(viewer.id, event).isdisjoint(MemberRole):
        return []
    name = event.organisation.name
    row = ("organisation", name, "events.organisation_pages.show")
    return _groups([(_("Organisation"), [row])], {"organisation_key": event.organisation.key})


def _organisation_groups(organisation: Organisation | None) -> list[dict[str, Any]]:
    if organisation is None:
        return []
    rows = [
        ("events", _("Events"), "events.organisation_pages.show"),
        ("members", _("Members"), "organisations.pages.list_members"),
        ("settings", _("Settings"), "organisations.pages.settings"),
        ("history", _("History"), "events.organisation_pages.show_history"),
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
