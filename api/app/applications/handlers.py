"""What the history says of applications, and what happens to them when something happens to an account."""

from typing import Any

from app.applications.services import confirm_submissions, erase_applications
from app.audit.sentences import add_sentences
from app.users.models import User
from app.users.signals import address_verified, user_erased
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
