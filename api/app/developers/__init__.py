"""For those who write programs against the API: its description and a page to try it."""
