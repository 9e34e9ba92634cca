"""What travels about invited guests."""

from datetime import date, datetime
from typing import Annotated, ClassVar

from pydantic import ConfigDict, Field

from app.emails.models import MessageState
from app.invited_guests.models import GuestState
from app.invited_guests.queries import Order
from app.invited_guests.services import LineFault
from app.utils.i18n import lazy_gettext
from app.utils.schemas import EmailAddress, Input, Output, Paragraph, Query, ShortText

RoleKey = Annotated[str, Field(min_length=1, max_length=100)]
Language = Annotated[str, Field(min_length=2, max_length=8)]
Label = Annotated[str, Field(max_length=60)]
Pays = Annotated[list[Label], Field(max_length=10)]
Table = Annotated[str, Field(max_length=500_000)]

SENTENCES = {
    "email": lazy_gettext("We need the guest's e-mail address."),
    "role": lazy_gettext("Choose what you invite the guest as."),
}


class InvitationIn(Input):
    """An invitation; the guest may answer to the end of `answer_by` in the event's zone, 30 days unless given."""

    sentences: ClassVar = SENTENCES

    email: EmailAddress
    name: ShortText = Field(default="", description="the name as you greet them")
    role: RoleKey = Field(description="the key of one of the event's guest roles")
    language: Annotated[str, Field(max_length=8)] = Field(
        default="", description="the event's first unless given"
    )
    note: Paragraph = Field(default="", description="a line from you, shown in the invitation")
    pays: Pays = Field(
        default=[], description="what you pay: hotel, flight, meals, visa or words of your own"
    )
    answer_by: date | None = None


class InvitationPatch(Input):
    """What may be changed later; the guest is not told."""

    sentences: ClassVar = SENTENCES

    name: ShortText = ""
    role: RoleKey = ""
    language: Language = ""
    note: Paragraph = ""
    pays: Pays = Field(default=[])
    answer_by: date | None = None


class GuestsQuery(Query):
    """Which guests, in what order; removed ones only when asked for."""

    search: ShortText = Field(default="", description="words in the name or the address")
    role: ShortText = ""
    state: GuestState | None = None
    order: Order = Order.SINCE


class ExportQuery(Input):
    """Which guests to export, as in the list."""

    search: ShortText = ""
    role: ShortText = ""
    state: GuestState | None = None
    order: Order = Order.SINCE
    bom: bool = Field(
        default=False, description="begin with a byte order mark, for spreadsheets that want one"
    )


class RemovalIn(Input):
    """Why, in words that go to the guest."""

    note: Paragraph = Field(default="", description="a line that the guest reads in the message")


class GuestOut(Output):
    """A guest as organisers see them. `delivery` is what became of the last invitation mailed."""

    id: int
    email: str
    name: str
    role: str
    state: GuestState
    since: datetime
    language: str
    note: str
    pays: list[str]
    sent_at: datetime
    sent_count: int
    answer_before: datetime
    answered_at: datetime | None
    decline_reason: str
    delivery: MessageState | None


class CountsOut(Output):
    """How many guests are in each state."""

    invited: int
    accepted: int
    declined: int
    removed: int


class TableIn(Input):
    """A CSV table: address, name, role, or a first line that names the columns. `role` is for lines without one."""

    table: Table
    role: Annotated[str, Field(max_length=100)] = ""


class TableConfirmationIn(TableIn):
    """The same table, and how many invitations the report promised."""

    expected: int = Field(ge=1)


class LineOut(Output):
    """A line of the table as understood; with a `fault`, which `problem` says as a sentence, it invites nobody."""

    number: int
    email: str
    name: str
    role: str
    fault: LineFault | None
    problem: str | None


class TableOut(Output):
    """How many were invited."""

    invited: int


class AcceptanceIn(Input):
    """The guest's consent, and a password where one is asked for. The password is taken as typed."""

    model_config = ConfigDict(str_strip_whitespace=False)

    agrees: bool = False
    password: Annotated[str, Field(max_length=1024)] = ""


class DeclineIn(Input):
    """Why not, if one likes to say."""

    reason: Paragraph = ""
