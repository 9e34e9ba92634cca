"""Addresses for the outside world."""

from flask import current_app


def public_link(path: str) -> str:
    """The whole address of `path` ("/invitations/…") as people outside reach it: what stands in messages."""
    return f"{current_app.config['PUBLIC_URL']}{path}"
