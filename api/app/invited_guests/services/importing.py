"""Inviting many from a table: read and report line by line first, then invite all that are fit, or nobody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from sqlalchemy import select

from app.events.models import Event
from app.invited_guests.models import GuestState, InvitedGuest
from app.invited_guests.services.history import record
from app.invited_guests.services.inviting import describe
from app.invited_guests.services.listing import require_managing
from app.invited_guests.services.mailing import queue_invitations
from app.invited_guests.services.rules import Details, refuse_over
from app.invited_guests.words import PAID, find_role
from app.users.models import User
from app.users.tokens import new_secret
from app.utils.addresses import address_key, normal_address
from app.utils.database import db, unique_or
from app.utils.errors import Conflict, Invalid
from app.utils.i18n import _, lazy_gettext
from app.utils.spreadsheets import read_csv
from app.utils.text import fold

MOST_LINES = 500
LONGEST_NAME = 200
LONGEST_NOTE = 2_000
LONGEST_LABEL = 60
HEADS = {
    "email": ("email", "e-mail", "email address", "e-mail address", "address", "courriel", "adresse e-mail"),
    "name": ("name", "nom", "guest"),
    "role": ("role", "rôle"),
    "language": ("language", "langue"),
    "note": ("note", "a line from you", "message"),
    "pays": ("we pay", "pays", "nous payons", "nous prenons en charge"),
}


class UnreadableTable(Invalid):
    """There is no table in what was sent, or too much of it."""

    code = "unreadable-table"
    title = lazy_gettext("We cannot use this table")


class ListChanged(Conflict):
    """Since the report was shown, the guest list changed, so that other lines would be invited than were agreed to."""

    code = "guest-list-changed"
    title = lazy_gettext("The guest list changed meanwhile")


class LineFault(StrEnum):
    """Why a line invites nobody."""

    BAD_ADDRESS = "bad-address"
    UNKNOWN_ROLE = "unknown-role"
    UNKNOWN_LANGUAGE = "unknown-language"
    ALREADY_INVITED = "already-invited"
    TWICE = "twice-in-table"
    TOO_LONG = "too-long"


SENTENCES = {
    LineFault.BAD_ADDRESS: lazy_gettext("This is not an e-mail address."),
    LineFault.UNKNOWN_ROLE: lazy_gettext("The event has no such guest role."),
    LineFault.UNKNOWN_LANGUAGE: lazy_gettext("The event does not speak this language."),
    LineFault.ALREADY_INVITED: lazy_gettext("This address is on the guest list already."),
    LineFault.TWICE: lazy_gettext("This address stands in the table before."),
    LineFault.TOO_LONG: lazy_gettext("A name, note or label is too long."),
}


@dataclass(frozen=True)
class Line:
    """A line of the table as understood; with a `fault` it invites nobody."""

    number: int
    email: str
    name: str = ""
    role: str = ""
    language: str = ""
    note: str = ""
    pays: list[str] = field(default_factory=list)
    fault: LineFault | None = None

    @property
    def problem(self) -> str | None:
        """The fault as a sentence."""
        return str(SENTENCES[self.fault]) if self.fault else None

    @property
    def details(self) -> Details:
        """What the invitation says beside address and role."""
        return {"name": self.name, "language": self.language, "note": self.note, "pays": self.pays}


def read_table(actor: User, event: Event, table: str, *, role: str = "") -> list[Line]:
    """What the CSV in `table` would do, line by line; nothing is changed.

    The first line may name the columns, else they are address, name, role. `role` is for lines that name none.
    Raises `EventOver`, `UnreadableTable`, `Invalid` for a quotation mark left open.
    """
    require_managing(actor, event)
    refuse_over(event)
    rows = read_csv(table.replace("\x00", ""))
    if not rows:
        raise _unreadable(
            _("Paste a table or choose a file: one guest a line, at least with an e-mail address.")
        )
    columns = _find_columns(rows[0][1])
    body = rows[1:] if columns else rows
    if len(body) > MOST_LINES:
        raise _unreadable(
            _("Send at most %(most)s lines at a time; this table has %(n)s.", most=MOST_LINES, n=len(body))
        )
    lines = [_understand(event, number, _by_column(columns, cells), role) for number, cells in body]
    return _mark_known(event, lines)


def invite_table(
    actor: User, event: Event, table: str, *, expected: int, role: str = ""
) -> Sequence[InvitedGuest]:
    """Invite everybody whom `read_table` finds fit, all or none.

    `expected` is how many that were when the actor agreed. Raises `ListChanged` when it is another number now, and as
    `read_table` does.
    """
    fit = [line for line in read_table(actor, event, table, role=role) if line.fault is None]
    if len(fit) != expected or not fit:
        raise _list_changed()
    removed = _find_removed(event, fit)
    secrets: dict[InvitedGuest, str] = {}
    for line in fit:
        secret = new_secret()
        guest = removed.get(address_key(line.email)) or InvitedGuest(event_id=event.id)
        describe(guest, event, actor, secret, email=line.email, role=line.role, **line.details)
        secrets[guest] = secret
    with unique_or(_list_changed()):
        db.session.add_all(secrets)
    for guest in secrets:
        record(actor, "invited_guest.invited", guest, event)
    queue_invitations(event, actor, secrets)
    return list(secrets)


def _find_columns(cells: Sequence[str]) -> list[str]:
    """The fields that a head names, "" for other columns; nothing when the line is no head."""
    known = {fold(head): name for name, heads in HEADS.items() for head in heads}
    columns = [known.get(fold(cell), "") for cell in cells]
    return columns if "email" in columns else []


def _by_column(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    named = zip(columns or ("email", "name", "role"), cells, strict=False)
    return {name: _undo_safety(cell) for name, cell in named if name}


def _undo_safety(cell: str) -> str:
    """Our own exports put an apostrophe before what looks like a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@") else cell


def _understand(event: Event, number: int, cells: dict[str, str], role: str) -> Line:
    named = cells.get("role", "")
    key = find_role(event, named or role)
    language = fold(cells.get("language", ""))
    line = Line(
        number,
        cells.get("email", ""),
        cells.get("name", ""),
        key or named,
        language,
        cells.get("note", ""),
        _read_pays(cells.get("pays", "")),
    )
    try:
        line = replace(line, email=normal_address(line.email))
    except ValueError:
        return replace(line, fault=LineFault.BAD_ADDRESS)
    if key is None:
        return replace(line, fault=LineFault.UNKNOWN_ROLE)
    if language and language not in event.languages:
        return replace(line, fault=LineFault.UNKNOWN_LANGUAGE)
    if (
        len(line.name) > LONGEST_NAME
        or len(line.note) > LONGEST_NOTE
        or any(len(p) > LONGEST_LABEL for p in line.pays)
    ):
        return replace(line, fault=LineFault.TOO_LONG)
    return line


def _read_pays(cell: str) -> list[str]:
    keys = {fold(name): key for key, label in PAID.items() for name in (key, str(label))}
    words = [word.strip() for word in cell.replace(";", ",").split(",")]
    return list(dict.fromkeys(keys.get(fold(word), word) for word in words if word))


def _mark_known(event: Event, lines: Iterable[Line]) -> list[Line]:
    statement = select(InvitedGuest.email_key).where(
        InvitedGuest.event_id == event.id, InvitedGuest.state != GuestState.REMOVED
    )
    known = set(db.session.scalars(statement))
    seen: set[str] = set()
    marked = []
    for line in lines:
        key, fault = address_key(line.email), line.fault
        if fault is None:
            fault = LineFault.ALREADY_INVITED if key in known else LineFault.TWICE if key in seen else None
            seen.add(key)
        marked.append(replace(line, fault=fault))
    return marked


def _find_removed(event: Event, lines: Iterable[Line]) -> dict[str, InvitedGuest]:
    statement = select(InvitedGuest).where(
        InvitedGuest.event_id == event.id,
        InvitedGuest.email_key.in_([address_key(line.email) for line in lines]),
        InvitedGuest.state == GuestState.REMOVED,
    )
    guests = db.session.scalars(statement.order_by(InvitedGuest.id).with_for_update())
    return {guest.email_key: guest for guest in guests}


def _unreadable(sentence: str) -> UnreadableTable:
    return UnreadableTable(sentence, errors={"table": [sentence]})


def _list_changed() -> ListChanged:
    return ListChanged(
        _("Somebody changed the guest list meanwhile. Look at the report again and then send.")
    )
