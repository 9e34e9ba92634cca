"""What may be asked of the list of applications, and what it gives."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from app.applications.models import ApplicationState
from app.decisions.models import Verdict
from app.utils.schemas import Output, Query


class DecisionFilter(StrEnum):
    """Which applications, by what is decided about them."""

    NONE = "none"
    DRAFTED = "drafted"
    ACCEPT = "accept"
    WAITLIST = "waitlist"
    REJECT = "reject"
    RELEASED = "released"


class Order(StrEnum):
    """In which order; a hyphen before it turns it round."""

    NEWEST = "-submitted"
    OLDEST = "submitted"
    NAME = "name"
    NAME_DOWN = "-name"
    COUNTRY = "country"
    COUNTRY_DOWN = "-country"
    NUMBER = "number"
    NUMBER_DOWN = "-number"


class Filters(Query):
    """The list's filters. Without `state` the submitted ones are shown; `state=any` shows all."""

    q: Annotated[
        str, Field(max_length=200, description="words of the name, address, institution, country or number")
    ] = ""
    state: ApplicationState | Annotated[str, Field(pattern="^any$")] = ApplicationState.SUBMITTED
    country: Annotated[str, Field(max_length=2, description="ISO 3166-1 alpha-2")] = ""
    decision: DecisionFilter | None = None
    sort: Order = Order.NEWEST

    @property
    def wanted_state(self) -> ApplicationState | None:
        """The state to keep to, None for any."""
        return self.state if isinstance(self.state, ApplicationState) else None


class ApplicationRow(Output):
    """A row of the list."""

    number: int
    code: str
    state: ApplicationState
    applicant_name: str
    email: str
    affiliation: str
    country: str | None
    submitted_at: datetime | None
    draft_verdict: Verdict | None
    waitlist_rank: int | None
    released_verdict: Verdict | None


class ApplicationOut(ApplicationRow):
    """One application with its answers by question key."""

    form_version: int | None
    answers: dict[str, Any]
