"""What the history says of accounts, and what is done for them outside of requests."""

from app.audit.sentences import add_sentences
from app.jobs.tasks import task
from app.users import throttling
from app.users.services import codes, resets, sessions
from app.utils.i18n import lazy_gettext

add_sentences(
    {
        "user.registered": lazy_gettext("created an account"),
        "user.verified": lazy_gettext("confirmed the e-mail address"),
        "user.profile_changed": lazy_gettext("changed their details"),
        "user.password_changed": lazy_gettext("changed the password"),
        "user.password_reset": lazy_gettext("chose a new password by a mailed link"),
        "user.address_change_asked": lazy_gettext("asked for another e-mail address"),
        "user.address_changed": lazy_gettext("changed the e-mail address"),
        "user.made_admin": lazy_gettext("became an administrator"),
        "user.erased": lazy_gettext("erased the account"),
        "session.revoked": lazy_gettext("signed out elsewhere"),
    },
    fields={
        "email": lazy_gettext("e-mail address"),
        "password": lazy_gettext("password"),
        "title": lazy_gettext("title"),
        "given_name": lazy_gettext("given name"),
        "family_name": lazy_gettext("family name"),
        "affiliation": lazy_gettext("affiliation"),
        "country": lazy_gettext("country"),
        "language": lazy_gettext("language"),
    },
)


@task(name=resets.MAIL_LINK)
def mail_reset_link(user_id: int | None) -> None:
    """Mail the link for a new password, if the address had an account."""
    resets.mail_link(user_id)


@task(name="users.remove_old", every="41 3 * * *")
def remove_old() -> None:
    """Forget sessions, codes and counts that nobody can use any more."""
    sessions.remove_old()
    codes.remove_old()
    throttling.remove_old()
