"""What travels about organisations, their members and invitations."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field

from app.organisations.models import MemberRole
from app.users.schemas import Password
from app.utils.i18n import lazy_gettext
from app.utils.schemas import EmailAddress, Input, Output, ShortText
from app.utils.texts import Currency, Key, Languages, LongTexts, NestedInput, WebAddress

Name = Annotated[str, Field(min_length=1, max_length=120)]
Colour = Annotated[
    str, Field(pattern=r"^#[0-9a-fA-F]{6}$", description="#rrggbb; corrected where it would be hard to read")
]
MARKS = ("lake", "sun", "tree", "book", "star", "wave")
Mark = Literal["lake", "sun", "tree", "book", "star", "wave"]

SENTENCES = {
    "key": lazy_gettext("Choose a short word for the address, such as lakeside."),
    "name": lazy_gettext("We need the name."),
    "email": lazy_gettext("We need an e-mail address."),
    "contact_email": lazy_gettext("We need an address that answers questions."),
    "languages": lazy_gettext("Choose at least one language."),
    "code": lazy_gettext("Open the link from the message again."),
}


class OrganisationIn(Input):
    """A new organisation."""

    sentences: ClassVar = SENTENCES

    key: Key
    name: Name
    contact_email: EmailAddress
    languages: Languages = Field(default_factory=lambda: ["en"])
    website: WebAddress = ""
    currency: Currency = "USD"
    colour: Colour | None = None
    mark: Mark | None = Field(
        default=None, description="a picture; without one, the first letter of the name"
    )
    privacy_policy: LongTexts = Field(default_factory=dict, description="Markdown, by language")


class OrganisationPatch(Input):
    """Changes of an organisation; what is not sent stays."""

    sentences: ClassVar = SENTENCES

    name: Name = Field(default_factory=str)
    contact_email: EmailAddress = Field(default_factory=str)
    languages: Languages = Field(default_factory=list)
    website: WebAddress = Field(default_factory=str)
    currency: Currency = Field(default_factory=str)
    colour: Colour | None = None
    mark: Mark | None = None
    privacy_policy: LongTexts = Field(default_factory=dict)


class NewOrganisationForm(OrganisationIn, NestedInput):
    """A new organisation, from the form."""


class OrganisationForm(OrganisationPatch, NestedInput):
    """An organisation's settings, from the form."""


class OrganisationOut(Output):
    """An organisation as its members see it."""

    key: str
    name: str
    languages: list[str]
    contact_email: str
    website: str
    currency: str
    colour: str | None
    mark: str | None
    privacy_policy: dict[str, Any]
    privacy_version: int
    created_at: datetime
    updated_at: datetime


class MembershipOut(Output):
    """An organisation in which you work, and as what."""

    key: str
    name: str
    role: MemberRole


class MemberOut(Output):
    """A member."""

    id: int
    user_id: int
    name: str
    email: str
    role: MemberRole
    created_at: datetime


class MemberPatch(Input):
    """A member's new role."""

    role: MemberRole


class InvitationIn(Input):
    """Whom to invite, as what."""

    sentences: ClassVar = SENTENCES

    email: EmailAddress
    role: MemberRole = MemberRole.ADMIN


class InvitationOut(Output):
    """An invitation that waits to be accepted."""

    id: int
    email: str
    role: MemberRole
    created_at: datetime
    expires_at: datetime


class CodeIn(Input):
    """The code of a mailed link."""

    sentences: ClassVar = SENTENCES

    code: Annotated[str, Field(min_length=1, max_length=200)]


class JoinedOut(Output):
    """The organisation you joined, and as what."""

    organisation_key: str
    role: MemberRole


class NewAccountForm(Input):
    """The account of somebody who comes by a mailed link."""

    sentences: ClassVar = {
        "given_name": lazy_gettext("We need your name."),
        "family_name": lazy_gettext("We need your family name."),
        "password": lazy_gettext("Choose a password."),
        "agreed": lazy_gettext("Please read the privacy policy and agree to it."),
    }

    model_config = ConfigDict(str_strip_whitespace=False)

    given_name: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(str.strip)]
    family_name: Annotated[ShortText, AfterValidator(str.strip)] = ""
    password: Password
    agreed: Literal["true"]
