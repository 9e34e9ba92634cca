"""The command line of Marula."""

from app.cli.commands import main

__all__ = ["main"]
