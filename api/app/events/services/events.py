"""Making an event and changing what it says."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from app.audit import services as audit
from app.events import windows
from app.events.models import Event, EventRole, EventState, Role
from app.events.policies import can_organise
from app.events.queries import forget_roles
from app.organisations.models import Organisation
from app.organisations.policies import can_manage
from app.organisations.services.organisations import KeyTaken
from app.users.models import User
from app.utils.authorization import require
from app.utils.database import db, unique_or
from app.utils.errors import Conflict, Invalid, Stale
from app.utils.i18n import _, lazy_gettext
from app.utils.time import now

__all__ = ["KeyFixed", "KeyTaken", "create", "edit", "propose_prefix", "revision_of"]

FIXED_ONCE_SEEN = ("key", "number_prefix")


class KeyFixed(Conflict):
    """People have seen the event: its address and the prefix of its numbers stay as they are."""

    code = "key-fixed"
    title = lazy_gettext("The address stays as it is")


def create(
    actor: User,
    organisation: Organisation,
    *,
    number_prefix: str | None = None,
    phases: windows.Windows | None = None,
    **values: Any,
) -> Event:
    """Make an event, a draft, organised by who makes it. Raises `Forbidden`, `Invalid`, `KeyTaken`."""
    require(can_manage(actor, organisation), visible=False)
    _check_dates(values["starts_on"], values["ends_on"])
    prefix = number_prefix or propose_prefix(values["titles"], values["languages"], values["key"])
    event = Event(
        organisation_id=organisation.id,
        state=EventState.DRAFT,
        number_prefix=prefix,
        **{**values, "contact_email": values.get("contact_email") or organisation.contact_email},
        phases=[],
    )
    _check_texts(event)
    windows.apply(event, phases or {})
    with unique_or(_key_taken()):
        db.session.add(event)
    event.organisation = organisation
    db.session.add(EventRole(event_id=event.id, user_id=actor.id, role=Role.ORGANISER, created_at=now()))
    db.session.flush()
    forget_roles()
    _record(actor, "event.created", event)
    return event


def edit(actor: User, event: Event, changes: Mapping[str, Any], *, expected: str | None = None) -> Event:
    """Change the fields named in `changes`; of `phases`, a mapping of kind to window, only those named.

    A new time zone keeps deadlines as they were typed. `expected` is the revision that the changes build on.
    Raises `Forbidden`, `Invalid`, `KeyTaken`, `KeyFixed`, `Stale`.
    """
    require(can_organise(actor, event))
    if expected is not None:
        _check_revision(event, expected)
    given = dict(changes)
    phases: dict[Any, Any] = dict(given.pop("phases", {}))
    changed = [name for name, value in given.items() if getattr(event, name) != value]
    if event.state is not EventState.DRAFT and set(changed) & set(FIXED_ONCE_SEEN):
        raise KeyFixed(_("People know this address and these numbers. They can be changed only in a draft."))
    _check_dates(given.get("starts_on", event.starts_on), given.get("ends_on", event.ends_on))
    typed = {phase.kind: windows.typed_window(phase, event.zone) for phase in event.phases}
    with unique_or(_key_taken()):
        for name in changed:
            setattr(event, name, given[name])
        _check_texts(event)
        if "time_zone" in changed:
            phases = {**typed, **phases}
        changed += windows.apply(event, phases)
        if changed:
            event.updated_at = now()
    if changed:
        _record(actor, "event.changed", event, changed)
    return event


def revision_of(event: Event) -> str:
    """Changes with every change of the event."""
    return f"{event.updated_at.timestamp():.6f}"


def propose_prefix(titles: Mapping[str, str], languages: list[str], key: str) -> str:
    """What numbers may begin with: "Lakeside Summer School 2027" gives LSS27; else it is made of the key."""
    words = re.findall(r"[A-Z][A-Za-z]*|20[0-9]{2}", titles.get(languages[0], ""))
    initials = "".join(word[0] for word in words if word.isalpha())[:8]
    year = next((word[2:] for word in words if word.isdigit()), "")
    if len(initials) >= 2:
        return initials + year
    return re.sub(r"[^A-Z0-9]", "", key.upper())[:12]


def _check_revision(event: Event, expected: str) -> None:
    db.session.refresh(event, ["updated_at"], with_for_update=True)
    if revision_of(event) != expected:
        raise Stale(_("Somebody changed the event while you were writing. Look at it again, then save."))


def _check_dates(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        sentence = _("The last day must not be before the first.")
        raise Invalid(sentence, errors={"ends_on": [sentence]})


def _check_texts(event: Event) -> None:
    """The first language, to which all texts fall back, needs a title; so does each guest role."""
    first = event.languages[0]
    if not event.titles.get(first):
        sentence = _("We need the title in the first language.")
        raise Invalid(sentence, errors={f"titles.{first}": [sentence]})
    keys = [role["key"] for role in event.guest_roles or []]
    if len(set(keys)) != len(keys):
        sentence = _("Two guest roles have the same key.")
        raise Invalid(sentence, errors={"guest_roles": [sentence]})


def _record(actor: User, action: str, event: Event, fields: list[str] | None = None) -> None:
    audit.record(
        actor,
        action,
        event,
        organisation_id=event.organisation_id,
        event_id=event.id,
        fields=fields or (),
    )


def _key_taken() -> KeyTaken:
    sentence = _("Another event has this key. Choose a different one.")
    return KeyTaken(sentence, errors={"key": [sentence]})
