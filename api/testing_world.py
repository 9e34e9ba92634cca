"""One of everything, for the tests that walk over every route: what may stand for each argument of an address.

Who adds a route with a new argument adds a line to `ARGUMENTS`; the tests say so by themselves.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.applications.factories import LITTLE_FORM, make_application, make_application_form
from app.applications.models import Application
from app.emails import services as emails
from app.emails.models import Message
from app.events.factories import make_role
from app.events.models import Event, Role, RoleInvitation
from app.forms.factories import make_version
from app.forms.models import Form, FormVersion
from app.invited_guests.factories import make_guest
from app.invited_guests.models import InvitedGuest
from app.organisations.factories import make_member
from app.organisations.models import Member, MemberInvitation, MemberRole, Organisation
from app.organisations.theme import theme_version
from app.routes import API, PAGES, Route
from app.users.factories import make_user
from app.users.models import CodePurpose, User, UserSession
from app.users.services import codes, sessions
from app.users.tokens import hash_secret
from app.utils.database import db
from app.utils.time import now
from pydantic import BaseModel
from sqlalchemy import func, select

PREFIX = "/api/v1"
PROBES = ("/healthz", "/readyz")  # they ask the engine itself, which tests have replaced, and read nothing
# What is good under a name or in a format; anything else is "example-1".
EXAMPLES: dict[str, Any] = {
    "colour": "#1f6b4a",
    "country": "KE",
    "cover": None,
    "currency": "USD",
    "language": "en",
    "languages": ["en"],
    "ready_form": "summer_school",
    "mark": None,
    "number_prefix": "LSS",
    "text": "",
    "time_zone": "Africa/Nairobi",
    "website": "https://lakeside.example",
    "date": "2027-07-05",
    "date-time": "2027-07-05T12:00:00Z",
}
SECRET = "a-secret-that-was-mailed"  # noqa: S105
ARGUMENT = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")


@dataclass
class World:
    """What the requests of one test are about; made in one application context."""

    organisation: Organisation
    event: Event
    owner: User
    person: User
    member: Member
    member_invitation: MemberInvitation
    role_invitation: RoleInvitation
    role_id: int
    session_id: int
    version: FormVersion
    application: Application
    guest: InvitedGuest
    message_id: int


def make_world(organisation: Organisation, event: Event) -> World:
    """People, roles, invitations, a form and an application in `event`. Needs an application context; flushes."""
    owner, person = make_user(), make_user()
    at = now()
    invitation = {
        "email": "later@example.org",
        "email_key": "later@example.org",
        "created_at": at,
        "expires_at": at + timedelta(days=7),
    }
    member_invitation = MemberInvitation(
        organisation_id=organisation.id, role=MemberRole.ADMIN, secret_hash=hash_secret(SECRET), **invitation
    )
    role_invitation = RoleInvitation(
        event_id=event.id, role=Role.VIEWER, secret_hash=hash_secret(SECRET), **invitation
    )
    db.session.add_all([member_invitation, role_invitation])
    member = make_member(organisation, owner)
    role = make_role(event, person, Role.REVIEWER)
    sessions.open_token(person)
    version = make_application_form(event)
    draft = {**LITTLE_FORM, "title": {"en": "Application, anew"}}
    make_version(db.session.get_one(Form, version.form_id), draft, published=False, number=2)
    application = make_application(event, make_user())
    guest = make_guest(event, secret=SECRET)
    emails.queue("event_cancelled", to=person, language="en", event=event, name="", note="")
    organisation.colour = "#25629b"
    db.session.flush()
    return World(
        organisation=organisation,
        event=event,
        owner=owner,
        person=person,
        member=member,
        member_invitation=member_invitation,
        role_invitation=role_invitation,
        role_id=role.id,
        session_id=_session_of(person),
        version=version,
        application=application,
        guest=guest,
        message_id=db.session.scalars(select(func.max(Message.id))).one(),
    )


def _session_of(person: User) -> int:
    found = db.session.scalar(select(UserSession.id).filter_by(user_id=person.id))
    if found is None:
        raise LookupError("The person has no session.")
    return found


def _verification_of(world: World) -> str:
    return codes.make_code(world.person, CodePurpose.VERIFY, world.person.email)[0]


ARGUMENTS: dict[str, Callable[[World], Any]] = {
    "event_key": lambda world: world.event.key,
    "organisation_key": lambda world: world.organisation.key,
    "member_id": lambda world: world.member.id,
    "role_id": lambda world: world.role_id,
    "session_id": lambda world: world.session_id,
    "secret": _verification_of,
    "form_id": lambda world: world.version.form_id,
    "number": lambda _world: 1,
    "name": lambda _world: "guest_invitation",
    "language": lambda _world: "en",
    "section_key": lambda _world: "you",
    "guest_id": lambda world: world.guest.id,
    "message_id": lambda world: world.message_id,
    "code": lambda _world: SECRET,
    "version": lambda world: theme_version(world.organisation.colour or ""),
}
# The same word means another thing below another path.
SPECIAL: dict[tuple[str, str], Callable[[World], Any]] = {
    ("/organisations/<organisation_key>/invitations", "invitation_id"): lambda world: (
        world.member_invitation.id
    ),
    ("/events/<event_key>/role-invitations", "invitation_id"): lambda world: world.role_invitation.id,
    ("/invitations/<secret>", "secret"): lambda _world: SECRET,
    ("/events/<event_key>/applications", "number"): lambda world: world.application.number,
}


def fill(path: str, world: World, **given: Any) -> str:
    """The address of a route in `world`, with `given` arguments instead of those of the world."""

    def value(match: re.Match[str]) -> str:
        name = match[2]
        if name in given:
            return str(given[name])
        for (beginning, special), make in SPECIAL.items():
            if special == name and beginning in path:
                return str(make(world))
        if name not in ARGUMENTS:
            raise LookupError(f"Add to testing_world.ARGUMENTS what stands for <{name}> in {path}.")
        return str(ARGUMENTS[name](world))

    return ARGUMENT.sub(value, path)


def arguments_of(path: str) -> list[tuple[str, str]]:
    """Name and converter of each argument of a path."""
    return [(name, converter) for converter, name in ARGUMENT.findall(path)]


def routes() -> list[Route]:
    """Every route, with its whole path."""
    whole = [(method, PREFIX + path, view) for method, path, view in API] + PAGES
    return [route for route in whole if route[1] not in PROBES]


def example_of(model: type[BaseModel]) -> dict[str, Any]:
    """What `model` describes, so that services behind the checks are reached too; not always good in meaning."""
    schema = model.model_json_schema()
    found: dict[str, Any] = _example(schema, schema.get("$defs", {}))
    return found


def _example(schema: dict[str, Any], definitions: dict[str, Any], name: str = "") -> Any:
    if name in EXAMPLES:
        return EXAMPLES[name]
    while "$ref" in schema or "anyOf" in schema or "oneOf" in schema:
        choices = schema.get("anyOf") or schema.get("oneOf")
        schema = choices[0] if choices else definitions[schema["$ref"].rpartition("/")[2]]
    kind = schema.get("type")
    if kind == "object":
        given = schema.get("properties", {})
        named = {key: _example(value, definitions, key) for key, value in given.items()}
        texts = (schema.get("additionalProperties") or {}) if not given else {}
        return {"en": "Text"} if isinstance(texts, dict) and texts.get("type") == "string" else named
    if kind == "array":
        return [_example(schema.get("items", {"type": "string"}), definitions)]
    text = "somebody@example.org" if "email" in name else EXAMPLES.get(schema.get("format", ""), "example-1")
    plain = {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1), "boolean": False}
    return schema.get("const", schema.get("enum", [plain.get(kind or "", text)])[0])
