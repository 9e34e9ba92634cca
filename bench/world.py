"""The data that is measured on: ten thousand applications, five hundred guests, eight people with tokens."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from app.applications.models import Application, ApplicationState, ApplicationSubmission
from app.applications.queries import search_words
from app.applications.services import save, start
from app.decisions.models import Decision, Verdict
from app.demo.answers import answer_all
from app.demo.people import Person, make_people
from app.events.factories import make_event, make_role
from app.events.models import Event
from app.forms import services as forms
from app.forms.factories import make_form, make_version
from app.forms.models import FormVersion, Response
from app.invited_guests.factories import make_guest
from app.users.factories import make_user
from app.users.models import User
from app.users.services import sessions
from app.utils.database import db
from app.utils.time import now
from sqlalchemy import insert, text

APPLICATIONS = 10_000
GUESTS = 500
PASSWORD = "a password for measuring"


@dataclass(frozen=True)
class World:
    """What the measurements address."""

    event_id: int
    event_key: str
    organiser_token: str
    organiser_cookie: str
    emails: list[str]
    user_ids: list[int]
    tokens: list[str]
    response_ids: list[int]
    answers: dict[str, Any]


def build(chance: Any) -> World:
    """Fill an empty, migrated database. Applicants come by bulk INSERT, as nobody measures how they come."""
    event = make_event(contact_email="school@lakeside.example")
    organiser = make_role(event, make_user(email="organiser@lakeside.example")).user
    version = make_version(make_form(event), forms.get_from_library("summer_school"))
    _insert_applications(event, version, chance)
    for person in _take(make_people(1, salt="g"), GUESTS):
        make_guest(event, email=person.email, name=f"{person.given_name} {person.family_name}")
    users = [make_user(email=f"bench{number}@example.org", password=PASSWORD) for number in range(8)]
    answers = answer_all(next(make_people(2, salt="w")), chance)
    world = World(
        event_id=event.id,
        event_key=event.key,
        organiser_token=sessions.open_token(organiser),
        organiser_cookie=sessions.open_cookie(organiser),
        emails=[user.email for user in users],
        user_ids=[user.id for user in users],
        tokens=[sessions.open_token(user) for user in users],
        response_ids=[_begin(user, event, answers) for user in users],
        answers=answers,
    )
    db.session.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return world


def _begin(user: User, event: Event, answers: dict[str, Any]) -> int:
    application = start(user, event)
    save(user, event.key, answers)
    assert application.draft_response_id is not None
    return application.draft_response_id


def _insert_applications(event: Event, version: FormVersion, chance: Any) -> None:
    people = _take(make_people(3, salt="b"), APPLICATIONS)
    at = now()
    users = _insert(User, [_user(person) for person in people])
    filled = [answer_all(person, chance) for person in people]
    stamps = [at - timedelta(minutes=7 * number) for number in range(APPLICATIONS)]
    responses = _insert(
        Response,
        [
            {
                "event_id": event.id,
                "form_version_id": version.id,
                "answers": answers,
                "revision": 9,
                "revisions": {},
                "saves": [],
                "submitted_at": stamp,
                "created_at": stamp,
                "updated_at": stamp,
            }
            for answers, stamp in zip(filled, stamps, strict=True)
        ],
    )
    rows = zip(people, users, responses, stamps, strict=True)
    made = _insert(
        Application,
        [_application(event, number, row) for number, row in enumerate(rows, start=1)],
    )
    _insert(
        ApplicationSubmission,
        [
            {"application_id": application, "number": 1, "response_id": response, "submitted_at": stamp}
            for application, response, stamp in zip(made, responses, stamps, strict=True)
        ],
    )
    _insert(
        Decision,
        [
            {
                "event_id": event.id,
                "application_id": application,
                "verdict": chance.choice(list(Verdict)),
                "drafted_at": at,
            }
            for application in made[::3]
        ],
    )


def _user(person: Person) -> dict[str, Any]:
    at = now()
    return {
        "email": person.email,
        "email_key": person.email,
        "email_verified_at": at,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "affiliation": person.institution,
        "country": person.origin.country,
        "language": person.origin.language,
        "created_at": at,
        "updated_at": at,
    }


def _application(event: Event, number: int, row: tuple[Person, int, int, Any]) -> dict[str, Any]:
    person, user, response, stamp = row
    name, code = f"{person.given_name} {person.family_name}", f"{event.number_prefix}-{number:04d}"
    return {
        "event_id": event.id,
        "number": number,
        "code": code,
        "user_id": user,
        "state": ApplicationState.SUBMITTED,
        "submitted_response_id": response,
        "first_submitted_at": stamp,
        "submitted_at": stamp,
        "confirmed_at": stamp,
        "applicant_name": name,
        "email": person.email,
        "country": person.origin.country,
        "affiliation": person.institution,
        "search": search_words(code, name, person.email, person.institution),
        "created_at": stamp,
        "updated_at": stamp,
    }


def _insert(model: Any, rows: list[dict[str, Any]]) -> list[int]:
    return list(db.session.scalars(insert(model).returning(model.id, sort_by_parameter_order=True), rows))


def _take(people: Any, number: int) -> list[Person]:
    return [next(people) for _each in range(number)]
