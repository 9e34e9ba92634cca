"""The use-cases of applications: a person's own drafts, and what they submit."""

from app.applications.services.drafts import (
    AlreadyBegun,
    AlreadyDecided,
    CallClosed,
    NoForm,
    NothingBegun,
    NothingToChange,
    OwnSave,
    begin_changes,
    discard_changes,
    find_application_form,
    find_own,
    get_own,
    save,
    start,
)
from app.applications.services.erasure import erase_applications
from app.applications.services.submissions import (
    NotSubmitted,
    confirm_submissions,
    list_history,
    list_own_submissions,
    submit,
    withdraw,
)

__all__ = [
    "AlreadyBegun",
    "AlreadyDecided",
    "CallClosed",
    "NoForm",
    "NotSubmitted",
    "NothingBegun",
    "NothingToChange",
    "OwnSave",
    "begin_changes",
    "confirm_submissions",
    "discard_changes",
    "erase_applications",
    "find_application_form",
    "find_own",
    "get_own",
    "list_history",
    "list_own_submissions",
    "save",
    "start",
    "submit",
    "withdraw",
]
