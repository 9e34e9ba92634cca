"""What the history says of applications, and what happens to them when something happens to an account."""

from typing import Any

from sqlalchemy import select

from app.applications.models import Application, ApplicationState
from app.applications.services import confirm_submissions, erase_applications
from app.audit.sentences import add_sentences
from app.emails import services as emails
from app.events.models import Event
from app.events.signals import event_cancelled
from app.users.models import User
from app.users.signals import address_verified, user_erased
from app.utils.database import db
from app.utils.i18n import lazy_gettext

add_sentences(
    {
        "application.started": lazy_gettext("began an application"),
        "application.submitted": lazy_gettext("submitted an application"),
        "application.reopened": lazy_gettext("began to change a submitted application"),
        "application.changes_discarded": lazy_gettext("discarded changes to an application"),
        "application.withdrawn": lazy_gettext("withdrew an application"),
    }
)


@address_verified.connect
def count_what_waited(user: User) -> None:
    """A verified address makes the submissions of the last 48 hours count."""
    confirm_submissions(user)


@user_erased.connect
def forget_the_answers(user: User, **_former: Any) -> None:
    """An erased account takes its answers with it."""
    erase_applications(user)


@event_cancelled.connect
def tell_applicants(event: Event, *, note: str, told: set[str], **_other: Any) -> None:
    """Whoever has applied, or has begun to, hears that the event is cancelled."""
    statement = (
        select(User)
        .join(Application, Application.user_id == User.id)
        .where(
            Application.event_id == event.id,
            Application.state != ApplicationState.WITHDRAWN,
            User.erased_at.is_(None),
            User.email_key.not_in(told),
        )
        .order_by(User.id)
    )
    people = db.session.scalars(statement).all()
    recipients = [emails.Recipient(one, one.language, {"name": one.given_name}) for one in people]
    emails.queue_many("event_cancelled", recipients, event=event, note=note)
    told.update(one.email_key for one in people)
