"""The installation's privacy policy: `templates/users/privacy.html` is its text, and this its version.

Whoever changes what the text promises changes the version: consent is recorded with it.
"""

PRIVACY_VERSION = "2026-11"
