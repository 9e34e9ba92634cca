"""The development mailbox at /dev/mail. With DEBUG off there is no such place: `routes.py` leaves it out."""

from typing import Any

from flask import Response

from app.emails import services
from app.emails.settings import has_mail_server
from app.utils.http import page
from app.utils.schemas import Query

# A message may bring its own style and open its links in a new tab, nothing else.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)


@page("emails/mailbox.html", query=Query, public=True)
def mailbox(query: Query) -> dict[str, Any]:
    """Every message of this installation, newest first."""
    messages = services.list_messages(page=query.page, per_page=query.per_page)
    return {"page": messages, "has_server": has_mail_server()}


@page("emails/mail.html", public=True)
def read(message_id: int) -> dict[str, Any]:
    """One message, in plain text and as it looks."""
    return {"message": services.get_message(message_id, with_secret=True)}


@page(public=True)
def read_html(message_id: int) -> Response:
    """The HTML of one message, shut in."""
    html = services.get_message(message_id, with_secret=True).html
    response = Response(html.replace("<head>", '<head><base target="_blank">', 1), mimetype="text/html")
    response.headers["Content-Security-Policy"] = POLICY
    return response
