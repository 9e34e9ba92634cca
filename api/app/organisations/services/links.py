"""The mailed links by which people take a role, in an organisation or in an event. They are good for 14 days."""

from datetime import timedelta
from typing import Any, Protocol, TypeVar

from app.users.tokens import hash_secret, new_secret
from app.utils.errors import Conflict, NotFound
from app.utils.i18n import _, lazy_gettext
from app.utils.time import now

LIFETIME = timedelta(days=14)


class AlreadyInvited(Conflict):
    """There is an invitation to this address."""

    code = "already-invited"
    title = lazy_gettext("This person is invited already")


class InvitationExpired(Conflict):
    """The link is older than 14 days."""

    code = "invitation-expired"
    title = lazy_gettext("This invitation has run out")


class Invitation(Protocol):
    """What is mailed with a link: a member's invitation, or one to a role."""

    secret_hash: Any
    expires_at: Any


Found = TypeVar("Found", bound=Invitation)


def renew(invitation: Invitation) -> str:
    """Give the invitation a new link, good from now on; any earlier one stops working. Answers its secret."""
    secret = new_secret()
    invitation.secret_hash, invitation.expires_at = hash_secret(secret), now() + LIFETIME
    return secret


def get_good(invitation: Found | None) -> Found:
    """What was found by the secret of a link, if the link is good. Raises `NotFound`, `InvitationExpired`."""
    if invitation is None:
        raise NotFound(
            _(
                "This link was used, withdrawn or replaced by a newer one. Look for the latest message from us."
            )
        )
    if invitation.expires_at <= now():
        raise InvitationExpired(_("Links work for 14 days. Ask the person who invited you to send it again."))
    return invitation
