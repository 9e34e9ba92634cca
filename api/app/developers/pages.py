"""The API's description, and the page that shows it."""

import json
from typing import Any

from flask import Response, current_app, render_template

from app.utils.http import page

# The viewer draws itself with styles of its own; nothing else is loosened.
POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"


@page(public=True)
def document() -> Response:
    """The OpenAPI document."""
    description: dict[str, Any] = current_app.extensions["openapi"]()
    return Response(json.dumps(description, ensure_ascii=False), mimetype="application/json")


@page(public=True)
def viewer() -> Response:
    """The page to read the API's description and to try it."""
    response = Response(render_template("developers/docs.html"))
    response.headers["Content-Security-Policy"] = POLICY
    return response
