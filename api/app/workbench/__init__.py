"""The organisers' workbench: the event's overview, the list of applications, one application with all that is known of it.

Pages, API and read queries over all packages below; no models of its own.
"""
