"""Applications, for tests and for the demonstration. Factories flush; who calls them commits."""

from typing import Any

from app.applications import services
from app.applications.models import Application, ApplicationState, ApplicationSubmission
from app.applications.services.listing import describe
from app.events.models import Event
from app.forms import services as forms
from app.forms.factories import make_form, make_question, make_version
from app.forms.models import FormVersion
from app.users.factories import make_user
from app.users.models import User
from app.utils.database import db
from app.utils.time import now

LITTLE_FORM: dict[str, Any] = {
    "format": 1,
    "languages": ["en", "fr"],
    "title": {"en": "Application", "fr": "Candidature"},
    "sections": [
        {
            "key": "you",
            "title": {"en": "About you", "fr": "À propos de vous"},
            "questions": [
                make_question("given_name", required=True),
                make_question("family_name", required=True),
                make_question("country", "country", required=True),
                make_question("affiliation"),
            ],
        },
        {
            "key": "research",
            "title": {"en": "Your research", "fr": "Votre recherche"},
            "questions": [
                make_question("project", "long_text", required=True, max_words=10),
                make_question("needs_grant", "yes_no", required=True),
                make_question(
                    "cost",
                    "number",
                    required=True,
                    condition={"question": "needs_grant", "is": "equals", "value": True},
                ),
                make_question("topics", "multiple_choice"),
            ],
        },
    ],
}
GOOD_ANSWERS: dict[str, Any] = {
    "given_name": "Aïssatou",
    "family_name": "Ndiaye",
    "country": "SN",
    "affiliation": "Université Cheikh Anta Diop",
    "project": "We predict fish stocks.",
    "needs_grant": False,
}


def make_application_form(event: Event, document: dict[str, Any] | None = None) -> FormVersion:
    """A published application form of `event`, of two little sections unless `document` says otherwise."""
    return make_version(make_form(event), document or LITTLE_FORM)


def make_application(
    event: Event,
    user: User | None = None,
    submitted: bool = True,
    answers: dict[str, Any] | None = None,
    **overrides: Any,
) -> Application:
    """An application of `user` (or of somebody new): submitted and complete, or a draft with `answers`.

    The event gets a little form if it has none. Deadlines do not matter, and nothing is mailed.
    """
    user = user or make_user()
    version = services.find_application_form(event) or make_application_form(event)
    response = forms.start_response(version)
    response.answers = dict(answers if answers is not None else GOOD_ANSWERS if submitted else {})
    number = db.session.query(Application).filter_by(event_id=event.id).count() + 1
    at = now()
    application = Application(
        event_id=event.id,
        user_id=user.id,
        number=number,
        code=f"{event.number_prefix}-{number:04d}",
        draft_response_id=None if submitted else response.id,
        submitted_response_id=response.id if submitted else None,
        state=ApplicationState.SUBMITTED if submitted else ApplicationState.DRAFT,
    )
    if submitted:
        response.submitted_at = application.submitted_at = application.first_submitted_at = at
        application.confirmed_at = at if user.is_verified else None
    describe(application, user, forms.compiled(version), response.answers if submitted else None)
    for name, value in overrides.items():
        setattr(application, name, value)
    db.session.add(application)
    db.session.flush()
    if submitted:
        db.session.add(
            ApplicationSubmission(
                application_id=application.id, number=1, response_id=response.id, submitted_at=at
            )
        )
        db.session.flush()
    return application
