"""What a browser says it is, in a few words."""

from app.users.models import SessionKind, UserSession
from app.utils.i18n import _

# The first that is found; a browser names its relatives after itself.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_words(session: UserSession) -> str:
    """ "Firefox on Linux", or what an API client calls itself."""
    agent = session.user_agent
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    if session.kind is SessionKind.TOKEN:
        return _("API: %(program)s", program=browser or agent.partition("/")[0][:40] or _("unknown program"))
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or _("An unknown browser")
