"""What a person has to do with events: applies, organises. A fixed number of statements however many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.applications.models import Application
from app.decisions.services import find_released_many
from app.events.models import Event, EventRole, EventState, Role
from app.forms.models import Response
from app.home.standing import Standing, judge_standing
from app.invited_guests.models import GuestState, InvitedGuest
from app.invited_guests.policies import can_answer, is_over
from app.invited_guests.services import list_for
from app.invited_guests.words import role_in, within_sentence
from app.organisations.models import Member, Organisation
from app.users.models import User
from app.utils.database import db
from app.utils.i18n import current_language

MOST = 50


@dataclass(frozen=True)
class Card:
    """One event that the person applies to."""

    event: Event
    application: Application
    standing: Standing


@dataclass(frozen=True)
class Invitation:
    """One event that the person is invited to, as a guest with the `role`."""

    event: Event
    guest: InvitedGuest
    role: str
    waits: bool

    @property
    def href(self) -> str:
        """The guest's own page."""
        return f"/events/{self.event.key}/invitation"


@dataclass(frozen=True)
class YourEvents:
    """`cards` are the running ones, what waits for the person first; `earlier` those that are over."""

    invitations: Sequence[Invitation]
    cards: Sequence[Card]
    earlier: Sequence[Card]
    organised: Sequence[Event]
    organisations: Sequence[Organisation]

    @property
    def is_empty(self) -> bool:
        """Whether the person has nothing to do with any event yet."""
        parts = (self.invitations, self.cards, self.earlier, self.organised, self.organisations)
        return not any(parts)


def find_your_events(user: User, at: datetime) -> YourEvents:
    """Everything that the person's home shows."""
    applications = _list_applications(user)
    decisions = find_released_many(applications)
    cards = [
        Card(each.event, each, judge_standing(each, each.event, at, decisions.get(each.id)))
        for each in applications
    ]
    running = [card for card in cards if not _is_past(card.event, at)]
    running.sort(key=lambda card: (card.standing.is_over, not card.standing.is_urgent))
    past = [card for card in cards if _is_past(card.event, at)]
    return YourEvents(
        _list_invitations(user, at), running, past, _list_organised(user), _list_organisations(user)
    )


def _is_past(event: Event, at: datetime) -> bool:
    return event.ends_on < at.astimezone(event.zone).date() or event.state is EventState.ARCHIVED


def _list_invitations(user: User, at: datetime) -> list[Invitation]:
    shown = [
        Invitation(
            event=guest.event,
            guest=guest,
            role=within_sentence(role_in(guest.event, guest.role, current_language())),
            waits=guest.state is GuestState.INVITED and can_answer(guest, at),
        )
        for guest in list_for(user)
        if not is_over(guest.event, at)
    ]
    return sorted(shown, key=lambda each: not each.waits)


def _list_applications(user: User) -> Sequence[Application]:
    statement = (
        select(Application)
        .join(Application.event)
        .where(Application.user_id == user.id, Event.state != EventState.DRAFT)
        .options(
            contains_eager(Application.event).joinedload(Event.organisation),
            contains_eager(Application.event).selectinload(Event.phases),
            joinedload(Application.draft).joinedload(Response.form_version),
            joinedload(Application.submitted).joinedload(Response.form_version),
        )
        .order_by(Event.starts_on, Event.id)
        .limit(MOST)
    )
    return db.session.scalars(statement).all()


def _list_organised(user: User) -> Sequence[Event]:
    roles = (Role.ORGANISER, Role.VIEWER, Role.REGISTRAR)
    in_event = select(EventRole.event_id).where(EventRole.user_id == user.id, EventRole.role.in_(roles))
    in_organisation = select(Member.organisation_id).where(Member.user_id == user.id)
    statement = (
        select(Event)
        .join(Event.organisation)
        .where(or_(Event.id.in_(in_event), Event.organisation_id.in_(in_organisation)))
        .where(Event.state != EventState.ARCHIVED)
        .options(contains_eager(Event.organisation), selectinload(Event.phases))
        .order_by(Event.starts_on.desc(), Organisation.name, Event.id)
        .limit(MOST)
    )
    return db.session.scalars(statement).all()


def _list_organisations(user: User) -> Sequence[Organisation]:
    statement = (
        select(Organisation)
        .join(Member, Member.organisation_id == Organisation.id)
        .where(Member.user_id == user.id)
        .order_by(Organisation.name, Organisation.id)
        .limit(MOST)
    )
    return db.session.scalars(statement).all()
