"""What the history says of messages, and the jobs that empty the outbox."""

import structlog

from app.audit.sentences import add_sentences
from app.emails import services
from app.emails.services.delivery import Result
from app.emails.transport import open_transport
from app.jobs.tasks import MAIL, task
from app.jobs.worker import is_stopping
from app.utils.database import db
from app.utils.i18n import lazy_gettext

log = structlog.get_logger("marula")

# So many failures in a row are the server's, not the messages'.
MOST_TROUBLES = 3

add_sentences(
    {
        "message_template.changed": lazy_gettext("changed the text of a message"),
        "message_template.reset": lazy_gettext("went back to the shipped text of a message"),
    }
)


@task(name="emails.deliver", queue=MAIL, tries=1)
def deliver() -> None:
    """Send what is due, message by message, until nothing is, the server is in trouble or this worker has to stop.

    Many may run at once. Nothing is lost with a job: what it leaves is found by the sweep.
    """
    if not services.is_mail_configured():
        log.warning("mail_no_server", waiting=services.outgoing_count())
        return
    troubles = 0
    with open_transport() as transport:
        while troubles < MOST_TROUBLES and not is_stopping():
            message = services.claim_next()
            db.session.commit()
            if message is None:
                return
            outcome = transport.send(message)
            services.settle(message, outcome, keep_secret=transport.keeps_secrets)
            db.session.commit()
            if outcome.result is not Result.SENT:
                log.warning("mail_not_sent", message=message.id, reason=outcome.code)
            if outcome.result is Result.UNREACHABLE:
                return
            troubles = troubles + 1 if outcome.result is Result.TRY_LATER else 0


@task(name="emails.sweep", queue=MAIL, every="* * * * *", at_start=True)
def sweep() -> None:
    """Send what came due meanwhile: second attempts, and what a dead worker left."""
    deliver()
