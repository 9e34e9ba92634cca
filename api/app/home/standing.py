"""Where a person stands with an application, said once: the pill, what happens next and when, and one act.

Every page that shows the state of an application to its owner reads it from here, so that no two ever disagree.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from app.applications.models import Application, ApplicationState
from app.applications.outline import outline_of
from app.applications.policies import can_change, is_late_to_verify, verify_by
from app.decisions.models import Decision, Verdict
from app.decisions.services import find_released
from app.events.models import Event, EventState, PhaseKind
from app.events.policies import find_phase
from app.utils.i18n import _

DECIDED = {
    Verdict.ACCEPT: ("accepted", False),
    Verdict.WAITLIST: ("waitlisted", False),
    Verdict.REJECT: ("not_selected", True),
}


@dataclass(frozen=True)
class Standing:
    """`kind` chooses the sentence (`templates/home/_standing.html`), `state` the pill, `label` its words if not the usual.

    `when` is the moment in the sentence, `left` the sections to fill, `share` how much is done (0 to 1, None: no
    progress to show). `act` is the one button; `is_urgent` says that it is what the page is about.
    """

    kind: str
    state: str
    label: str | None = None
    when: datetime | None = None
    left: int = 0
    share: float | None = None
    act: str = ""
    href: str = ""
    is_urgent: bool = False
    is_over: bool = False
    decided_at: datetime | None = None


def find_standing(application: Application, event: Event, at: datetime) -> Standing:
    """Where the person stands; the application comes with its responses, the event with its phases."""
    decision = find_released(application) if application.state is ApplicationState.SUBMITTED else None
    return judge_standing(application, event, at, decision)


def judge_standing(
    application: Application, event: Event, at: datetime, decision: Decision | None
) -> Standing:
    """The same for whoever knows the released decision, if there is one."""
    standing = _find(application, event, at)
    if decision is not None and decision.release is not None and standing.state == "submitted":
        standing = _decided(decision.verdict, decision.release.released_at)
    if event.state is EventState.CANCELLED:
        return replace(
            standing, kind="cancelled", when=None, share=None, act=_("See your application"), is_over=True
        )
    return replace(standing, href=standing.href or f"/events/{event.key}/apply")


def _decided(verdict: Verdict, at: datetime) -> Standing:
    kind, is_over = DECIDED[verdict]
    return Standing(kind, kind, act=_("See your application"), is_over=is_over, decided_at=at)


def _find(application: Application, event: Event, at: datetime) -> Standing:
    may_change = can_change(application, event, at)
    phase = find_phase(event, PhaseKind.APPLICATION)
    closes_at = phase.closes_at if phase else None
    if application.state is ApplicationState.DRAFT:
        return _draft(application, event, may_change, closes_at)
    if application.state is ApplicationState.WITHDRAWN:
        kind, act = (
            ("withdrawn_open", _("Submit it again"))
            if may_change
            else ("withdrawn", _("See your application"))
        )
        return Standing(kind, "withdrawn", when=closes_at, act=act, is_over=not may_change)
    see = _("See your application")
    if is_late_to_verify(application, at):
        return Standing(
            "not_verified", "submitted", when=verify_by(application), act=see, is_over=not may_change
        )
    if application.confirmed_at is None:
        act = _("Verify your address")
        return Standing("verify", "submitted", when=verify_by(application), act=act, is_urgent=True)
    if application.draft_response_id is not None and may_change:
        act = _("Continue your changes")
        return Standing("changing", "submitted", when=closes_at, act=act)
    return Standing("submitted_open" if may_change else "submitted", "submitted", when=closes_at, act=see)


def _draft(application: Application, event: Event, may_change: bool, closes_at: datetime | None) -> Standing:
    label = _("Draft, not submitted")
    if not may_change:
        return Standing("missed", "draft", label, closes_at, act=_("See what you wrote"), is_over=True)
    outline = outline_of(application, event.key)
    total = len(outline.sections)
    share = (total - outline.left) / total if total else 0
    if outline.left == 0 and outline.result.is_valid:
        href = f"/events/{event.key}/apply/check"
        return Standing("ready", "draft", label, closes_at, 0, 1, _("Check and submit"), href, True)
    following = outline.next_section
    href = following.href if following and outline.is_begun else f"/events/{event.key}/apply"
    return Standing("draft", "draft", label, closes_at, outline.left, share, _("Continue"), href)
