"""What stays of the applications of somebody who is gone."""

from sqlalchemy import or_, select

from app.applications.models import Application, ApplicationState, ApplicationSubmission
from app.forms import services as forms
from app.forms.models import Response
from app.users.models import User
from app.utils.database import db
from app.utils.time import now


def erase_applications(user: User) -> None:
    """Forget what the person wrote, every version of it; what may be counted stays, under the number alone.

    Nobody considers the application any more.
    """
    applications = db.session.scalars(select(Application).where(Application.user_id == user.id)).all()
    for application in applications:
        for response in _all_responses(application):
            forms.erase_answers(response)
        if application.state is ApplicationState.SUBMITTED:
            application.state, application.withdrawn_at = ApplicationState.WITHDRAWN, now()
        application.applicant_name = application.email = application.affiliation = application.search = ""
    db.session.flush()


def _all_responses(application: Application) -> list[Response]:
    earlier = select(ApplicationSubmission.response_id).where(
        ApplicationSubmission.application_id == application.id
    )
    statement = select(Response).where(
        or_(Response.id == application.draft_response_id, Response.id.in_(earlier))
    )
    return list(db.session.scalars(statement))
