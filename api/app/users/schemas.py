"""What travels about accounts."""

from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from app.utils.i18n import lazy_gettext
from app.utils.schemas import EmailAddress, Input, Output

Password = Annotated[str, Field(min_length=1, max_length=1024, strict=True)]

SENTENCES = {
    "email": lazy_gettext("We need your e-mail address."),
    "password": lazy_gettext("We need a password."),
}


class CredentialsIn(Input):
    """Address and password, to register or to sign in. The password is taken as typed, blanks included."""

    model_config = ConfigDict(str_strip_whitespace=False)
    sentences: ClassVar = SENTENCES

    email: EmailAddress
    password: Password


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
