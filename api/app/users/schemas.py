"""What travels about accounts."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Field

from app.users.models import SessionKind
from app.utils.countries import COUNTRIES
from app.utils.i18n import LANGUAGES, _, lazy_gettext
from app.utils.schemas import EmailAddress, Input, Output, ShortText
from app.utils.zones import TimeZone


def _known_language(value: str) -> str:
    if value not in LANGUAGES:
        raise ValueError(_("Choose one of: %(choices)s.", choices=", ".join(LANGUAGES)))
    return value


def _known_country(value: str) -> str:
    if value.upper() not in COUNTRIES:
        raise ValueError(_("Give a country by its two letters, such as KE."))
    return value.upper()


Password = Annotated[str, Field(min_length=1, max_length=1024, strict=True)]
Language = Annotated[str, AfterValidator(_known_language)]
Country = Annotated[str, AfterValidator(_known_country)]

SENTENCES = {
    "email": lazy_gettext("We need your e-mail address."),
    "password": lazy_gettext("We need a password."),
    "current_password": lazy_gettext("We need your present password."),
    "new_password": lazy_gettext("We need a new password."),
}


class Secretive(Input):
    """An input with a password, which is taken as typed, blanks included."""

    model_config = ConfigDict(str_strip_whitespace=False)
    sentences: ClassVar = SENTENCES


class CredentialsIn(Secretive):
    """Address and password, to register or to sign in."""

    email: EmailAddress
    password: Password


class CredentialsForm(CredentialsIn):
    """The same on a page, with where to go afterwards."""

    next: str = ""


class AddressIn(Input):
    """An address, to ask for a new password."""

    sentences: ClassVar = SENTENCES

    email: EmailAddress


class PasswordIn(Secretive):
    """One password: the new one behind a mailed link, or the present one where it is asked again."""

    password: Password


class PasswordChangeIn(Secretive):
    """The present password, and the one to come."""

    current_password: Password
    new_password: Password


class AddressChangeIn(Secretive):
    """The address to come, and the account's password."""

    email: EmailAddress
    password: Password


class VerificationIn(Secretive):
    """What proves more than the link: nothing for whoever is signed in to the account, else one of the two."""

    password: Password | None = None
    new_password: Password | None = None


class ProfilePatch(Input):
    """What to change of the profile; what is left out stays."""

    title: ShortText = ""
    given_name: ShortText = ""
    family_name: ShortText = ""
    affiliation: ShortText = ""
    country: Country | None = None
    language: Language = "en"
    time_zone: TimeZone | None = None


class TokenOut(Output):
    """Who, and the token to send in the `Authorization` header from now on."""

    id: int
    token: str


class UserOut(Output):
    """An account as its owner sees it."""

    id: int
    email: str
    is_verified: bool
    is_admin: bool
    title: str
    given_name: str
    family_name: str
    affiliation: str
    country: str | None
    language: str
    time_zone: str | None


class SessionOut(Output):
    """Somewhere the account is signed in."""

    id: int
    kind: SessionKind
    user_agent: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    is_current: bool
