"""What applications do when something happens below them."""

from app.applications.services import confirm_submissions
from app.users.models import User
from app.users.signals import address_verified


@address_verified.connect
def count_what_waited(user: User) -> None:
    """A verified address makes the submissions of the last 48 hours count."""
    confirm_submissions(user)
