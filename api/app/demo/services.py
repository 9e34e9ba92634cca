"""Telling the story through the services that people use, on a clock that is set to when it happened."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from app.applications import services as applications
from app.decisions import services as decisions
from app.decisions.models import Verdict
from app.demo import story
from app.demo.answers import answer_all
from app.demo.hashing import cheap_hashing
from app.demo.people import Person, make_people
from app.emails.services import muted
from app.events.factories import make_role
from app.events.models import Event, EventState, PhaseKind, Role
from app.events.services import events, states
from app.events.windows import Window
from app.forms import services as forms
from app.forms.models import FormPurpose
from app.invited_guests import services as guests
from app.organisations.factories import make_member
from app.organisations.models import Member, MemberRole, Organisation
from app.organisations.services import members, organisations
from app.users.models import User
from app.users.services import accounts, administrators, verification
from app.utils.database import db
from app.utils.time import at, now
from app.workbench.queries import Wanted
from app.workbench.services import list_numbers

Progress = Callable[[str], None]

SHARE_OF_DRAFTS = 0.12
PAST_SHARE = 0.4
GUESTS = 40
DRAFTED = 24
SHARE_OF_ANSWERS = 0.65
PAYS: tuple[list[str], ...] = (["hotel", "flight"], ["hotel"], [], [])
REPORT_EVERY = 100

Team = list[tuple[User, Role | None]]


@dataclass(frozen=True)
class SignIn:
    """Somebody whose password the demonstration tells."""

    email: str
    role: str


def load(*, applicants: int = 300, seed: int = 1, progress: Progress = print) -> None:
    """Make the organisation, an open event with `applicants` applications and a closed one with fewer, and 40 guests.

    The same seed makes the same people and answers. Nothing is mailed. Commits as it goes; prints the sign-ins at the
    end. Needs a database without the demonstration in it.
    """
    chance = random.Random(seed)
    today = now().astimezone(ZoneInfo(story.ZONE)).date()
    with muted():
        progress("The organisation and its people …")
        told = (story.closed_event(today), story.open_event(today))
        owner, organisation, team = _make_team(told[0]["phases"])
        past, present = (_make_event(owner, organisation, team, each) for each in told)
        db.session.commit()
        with cheap_hashing():
            _fill(
                past, make_people(seed, salt="a"), int(applicants * PAST_SHARE), chance, progress, drafts=0.0
            )
            _decide(owner, past, chance)
            db.session.commit()
            _fill(present, make_people(seed, salt="b"), applicants, chance, progress, drafts=SHARE_OF_DRAFTS)
            _draft(owner, present, list_numbers(owner, present, Wanted(sort="submitted"))[:DRAFTED])
            _begin_one(present)
            _invite_guests(owner, present, make_people(seed, salt="g"), chance)
    _tell(progress)


def list_sign_ins() -> list[SignIn]:
    """Who can sign in to the demonstration, all with the password `story.PASSWORD`."""
    team = [SignIn(f"{name}@{story.HOST}", what) for name, _given, _family, _role, what in story.TEAM]
    return [
        SignIn(f"admin@{story.HOST}", "administrator of the installation"),
        *team,
        SignIn("aissatou@example.org", "applicant with a draft"),
    ]


def _tell(progress: Progress) -> None:
    progress(f"The demonstration is loaded. Everybody's password is {story.PASSWORD}")
    for sign_in in list_sign_ins():
        progress(f"  {sign_in.email:<28} {sign_in.role}")


def _make_team(phases: Mapping[Any, Any]) -> tuple[User, Organisation, Team]:
    began = min(window.opens_at for window in phases.values()).replace(tzinfo=ZoneInfo(story.ZONE))
    with at(began - timedelta(days=20)):
        admin = administrators.create_administrator(email=f"admin@{story.HOST}", password=story.PASSWORD)
        people = [
            (_make_account(f"{name}@{story.HOST}", given, family, country="KE"), role)
            for name, given, family, role, _what in story.TEAM
        ]
        owner = people[0][0]
        organisation = organisations.create(admin, **story.ORGANISATION)
        make_member(organisation, owner, MemberRole.OWNER)
        members.remove(admin, organisation, _membership(admin, organisation))
    return owner, organisation, people


def _membership(user: User, organisation: Organisation) -> Member:
    return db.session.scalars(
        select(Member).filter_by(organisation_id=organisation.id, user_id=user.id)
    ).one()


def _make_account(email: str, given: str, family: str, **profile: Any) -> User:
    language = profile.pop("language", "en")
    user = accounts.add_account(email=email, password=story.PASSWORD, language=language, privacy_version="1")
    verification.mark_verified(user)
    accounts.update_profile(user, {"given_name": given, "family_name": family, **profile})
    return user


def _make_event(owner: User, organisation: Organisation, team: Team, told: dict[str, Any]) -> Event:
    """A published event with its team and its form, ready a week before its call opens."""
    with at(_opening(told["phases"]) - timedelta(days=7)):
        event = events.create(owner, organisation, **told)
        for person, role in team:
            if role is not None:
                make_role(event, person, role)
        form = forms.create_form(owner, event, purpose=FormPurpose.APPLICATION, name="Application")
        forms.put_document(owner, event, form, forms.get_from_library("summer_school"))
        forms.publish(owner, event, form)
        states.move(owner, event, EventState.PUBLISHED)
    return event


def _opening(phases: Mapping[Any, Window]) -> datetime:
    return phases[PhaseKind.APPLICATION].opens_at.replace(tzinfo=ZoneInfo(story.ZONE))


def _fill(
    event: Event,
    people: Iterator[Person],
    number: int,
    chance: random.Random,
    progress: Progress,
    *,
    drafts: float,
) -> None:
    """Let `number` people apply, in the order of time; most of them late, as people do."""
    phase = next(phase for phase in event.phases if phase.kind is PhaseKind.APPLICATION)
    until = min(phase.closes_at, now()) - timedelta(hours=2)
    length = until - phase.opens_at
    moments = sorted(phase.opens_at + length * (1 - chance.random() ** 2.2) for _each in range(number))
    for count, (person, moment) in enumerate(zip(people, moments, strict=False), start=1):
        with at(moment):
            _apply(event, person, chance, submits=chance.random() >= drafts)
        if count % REPORT_EVERY == 0 or count == number:
            progress(f"  {event.titles['en']}: {count} of {number} applications …")
            db.session.commit()


def _apply(event: Event, person: Person, chance: random.Random, *, submits: bool) -> None:
    user = _make_account(
        person.email,
        person.given_name,
        person.family_name,
        language=person.origin.language,
        country=person.origin.country,
        affiliation=person.institution,
        time_zone=person.origin.time_zone,
    )
    applications.start(user, event)
    answers = answer_all(person, chance)
    if not submits:
        answers = dict(list(answers.items())[: chance.randrange(3, 12)])
    applications.save(user, event.key, answers)
    if submits:
        applications.submit(user, event)


def _decide(owner: User, event: Event, chance: random.Random) -> None:
    """Decide about all of last year's applications and release them."""
    released_at = next(phase for phase in event.phases if phase.kind is PhaseKind.OFFER).opens_at
    numbers = list_numbers(owner, event, Wanted())
    chance.shuffle(numbers)
    with at(released_at):
        _draft(owner, event, numbers)
        decisions.release(owner, event, expected=len(numbers))


def _draft(owner: User, event: Event, numbers: list[int]) -> None:
    """Draft: the first third accepted, the next sixth on the waitlist, the others not selected."""
    third = len(numbers) // 3
    sixth = third + third // 2
    decisions.draft(owner, event, numbers=numbers[:third], verdict=Verdict.ACCEPT)
    decisions.draft(owner, event, numbers=numbers[third:sixth], verdict=Verdict.WAITLIST)
    decisions.draft(owner, event, numbers=numbers[sixth:], verdict=Verdict.REJECT)


def _invite_guests(owner: User, event: Event, people: Iterator[Person], chance: random.Random) -> None:
    """Invite guests in the last three weeks; most have answered. What happens is told in the order of time."""
    told: list[tuple[datetime, Callable[[], None]]] = []
    for number, person in enumerate(islice(people, GUESTS)):
        invited_at = now() - timedelta(days=21) + timedelta(hours=11 * number)
        told.append((invited_at, partial(_invite, owner, event, person, chance)))
        if chance.random() < SHARE_OF_ANSWERS:
            answered_at = min(invited_at + timedelta(hours=chance.randint(2, 90)), now())
            told.append((answered_at, partial(_answer, event, person, accepts=chance.random() < 0.85)))
    for moment, happen in sorted(told, key=itemgetter(0)):
        with at(moment):
            happen()
    db.session.commit()


def _invite(owner: User, event: Event, person: Person, chance: random.Random) -> None:
    roles = [role["key"] for role in event.guest_roles]
    guests.invite(
        owner,
        event,
        email=person.email,
        role=chance.choices(roles, (12, 12, 5, 4, 7))[0],
        name=f"{chance.choice(('Dr.', 'Prof.', ''))} {person.given_name} {person.family_name}".strip(),
        language=person.origin.language,
        pays=chance.choice(PAYS),
    )


def _answer(event: Event, person: Person, *, accepts: bool) -> None:
    account = _make_account(
        person.email, person.given_name, person.family_name, country=person.origin.country
    )
    guest = guests.get_own(account, event.key, to_answer=True)
    if accepts:
        guests.accept(guest, account, agrees=True)
    else:
        guests.decline(guest, account, reason="I am teaching in those weeks.")


def _begin_one(event: Event) -> None:
    """One applicant whose password is told, with half a form filled."""
    with at(now() - timedelta(days=2)):
        user = _make_account(
            "aissatou@example.org",
            "Aïssatou",
            "Ndiaye",
            country="SN",
            affiliation="Université Cheikh Anta Diop",
            time_zone="Africa/Dakar",
        )
        applications.start(user, event)
        applications.save(
            user,
            event.key,
            {
                "given_name": "Aïssatou",
                "family_name": "Ndiaye",
                "birth_date": "1999-04-12",
                "gender": "woman",
                "nationality": "SN",
                "residence": "SN",
                "career_stage": "phd",
                "institution": "Université Cheikh Anta Diop",
                "field": "computer_science",
                "degree_end": "2028-09-30",
            },
        )
