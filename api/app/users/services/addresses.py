"""Changing an account's address: the new one is verified first, the old one is told."""

from app.audit.services import record
from app.emails import services as emails
from app.users import throttling
from app.users.models import Code, CodePurpose, User
from app.users.services import codes, passwords
from app.users.services.accounts import address_taken, find_user
from app.users.signals import address_verified
from app.users.visitors import NOBODY, Visitor
from app.utils.addresses import address_key
from app.utils.authorization import require
from app.utils.database import unique_or
from app.utils.errors import Invalid
from app.utils.i18n import _, lazy_gettext
from app.utils.links import public_link
from app.utils.time import now


class SameAddress(Invalid):
    """The new address is the one the account has."""

    code = "same-address"
    title = lazy_gettext("That is your address already")


def request(user: User, email: str, password: str, visitor: Visitor = NOBODY) -> None:
    """Mail a link to the new address; nothing changes until it is used.

    Raises `passwords.WrongPassword`, `SameAddress`, `accounts.AddressTaken`, `TooMany`.
    """
    passwords.confirm(user, password, visitor)
    if email == user.email:
        sentence = _("This is the address you have. Type another one.")
        raise SameAddress(sentence, errors={"email": [sentence]})
    throttling.count(throttling.VERIFICATION, user.email_key, visitor)
    holder = find_user(email)
    if holder is not None and holder.id != user.id:
        raise address_taken()
    secret, expires = codes.make_code(user, CodePurpose.CHANGE_ADDRESS, email)
    emails.queue(
        "address_change",
        to=emails.OtherMailbox(user.id, email),
        language=user.language,
        name=user.full_name,
        expires=expires,
        link=public_link(f"/account/address/{secret}"),
    )
    record(user, "user.address_change_asked", user)


def get_code(user: User, secret: str) -> Code:
    """The change that this link stands for, if it is the person's own. Raises `codes.LinkExpired`, `NotFound`."""
    code = codes.get_code(CodePurpose.CHANGE_ADDRESS, secret)
    require(code.user_id == user.id, visible=False)
    return code


def confirm(user: User, secret: str) -> None:
    """Take the new address, and tell the old one. Raises `codes.LinkExpired`, `NotFound`, `accounts.AddressTaken`."""
    code = get_code(user, secret)
    codes.use_code(code)
    former, was_verified = user.email, user.is_verified
    with unique_or(address_taken()):
        user.email, user.email_key = code.email, address_key(code.email)
        user.email_verified_at = now()
    codes.drop_codes(user, CodePurpose.VERIFY, CodePurpose.RESET)
    record(user, "user.address_changed", user, fields=("email",))
    if not was_verified:
        address_verified.send(user)
    earlier = emails.OtherMailbox(user.id, former)
    emails.queue("address_changed", to=earlier, language=user.language, name=user.full_name, when=now())
