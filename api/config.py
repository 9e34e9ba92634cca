"""The settings of an installation, read once from the environment and typed.

`load` reads and checks each setting by itself; `Settings.check_ready_to_serve` says whether all of them together
may face the world. Every refusal is a sentence that says what to do.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic_core import from_json

Network = IPv4Network | IPv6Network
Value = TypeVar("Value")

SHORTEST_KEY = 32
APART_POOL_SIZE = 2
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
MEGABYTE = 1024 * 1024


class Misconfigured(Exception):
    """The settings cannot be used; each of `problems` is a sentence that says what to do."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the environment says. `as_config` gives the same values under their names in `app.config`."""

    debug: bool
    secret_key: str
    secret_key_fallbacks: tuple[str, ...]
    database_url: str | None
    pool_size: int
    statement_timeout: int
    public_url: str
    allowed_hosts: tuple[str, ...]
    trusted_proxies: tuple[Network, ...]
    smtp_url: str | None
    mail_from: str
    host: str
    port: int
    processes: int
    threads: int
    body_limit: int
    log_level: str

    def check_ready_to_serve(self) -> None:
        """Raise `Misconfigured`, with all reasons at once, when these settings may not face the world."""
        problems = []
        if self.database_url is None:
            problems.append(
                "DATABASE_URL is not set. Give the address of a PostgreSQL database, such as "
                "postgresql://user:password@host/name, or use `make run`, which starts one by itself."
            )
        if not self.secret_key:
            problems.append(
                "SECRET_KEY is not set. Make one with "
                "`python3 -c 'import secrets; print(secrets.token_urlsafe(48))'` and keep it secret."
            )
        if not self.debug:
            problems += _problems_in_production(self)
        if problems:
            raise Misconfigured(*problems)

    def as_config(self) -> dict[str, Any]:
        """The settings as `app.config` holds them, with what Flask and its extensions derive from them."""
        secure = self.public_url.startswith("https://")
        return {
            "DEBUG": self.debug,
            "SECRET_KEY": self.secret_key,
            "SECRET_KEY_FALLBACKS": list(self.secret_key_fallbacks),
            "DATABASE_URL": self.database_url,
            "PUBLIC_URL": self.public_url,
            "ALLOWED_HOSTS": self.allowed_hosts,
            "TRUSTED_PROXIES": self.trusted_proxies,
            "SMTP_URL": self.smtp_url,
            "MAIL_FROM": self.mail_from,
            "LOG_LEVEL": self.log_level,
            "SECURE_COOKIES": secure,
            "MAX_CONTENT_LENGTH": self.body_limit,
            "MAX_FORM_MEMORY_SIZE": self.body_limit,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": self._engine_options(self.pool_size),
            # See `utils.database.record_apart`.
            "SQLALCHEMY_BINDS": {
                "apart": {"url": self.database_url, **self._engine_options(APART_POOL_SIZE)}
            },
        }

    def _engine_options(self, pool_size: int) -> dict[str, Any]:
        return {
            "pool_size": pool_size,
            "max_overflow": 0,
            "pool_timeout": 5,
            "pool_pre_ping": True,
            # Reads the same JSON in half the time of the standard library's: answers are most of what is read.
            "json_deserializer": from_json,
            "connect_args": {
                "connect_timeout": 5,
                "application_name": "marula",
                "options": f"-c statement_timeout={self.statement_timeout} -c timezone=UTC",
            },
        }


def load(environ: Mapping[str, str]) -> Settings:
    """Read the settings out of `environ`; an empty value counts as not given.

    Raises `Misconfigured` with every value that cannot be read.
    """
    reader = _Reader(environ)
    port = reader.read("PORT", _port, 5000)
    debug = reader.read("DEBUG", _flag, False)
    public_url = reader.read("PUBLIC_URL", _web_address, f"http://localhost:{port}" if debug else "")
    settings = Settings(
        debug=debug,
        secret_key=environ.get("SECRET_KEY", ""),
        secret_key_fallbacks=reader.read("SECRET_KEY_FALLBACKS", _words, ()),
        database_url=reader.read("DATABASE_URL", database_address, None),
        pool_size=reader.read("POOL_SIZE", _positive, 10),
        statement_timeout=reader.read("STATEMENT_TIMEOUT_MS", _positive, 15_000),
        public_url=public_url,
        allowed_hosts=reader.read("ALLOWED_HOSTS", _words, _own_hosts(public_url)),
        trusted_proxies=reader.read("TRUSTED_PROXIES", _networks, ()),
        smtp_url=reader.read("SMTP_URL", _mail_server, None),
        mail_from=reader.read(
            "MAIL_FROM", _mailbox, f"noreply@{urlsplit(public_url).hostname or 'localhost'}"
        ),
        host=environ.get("HOST") or "127.0.0.1",
        port=port,
        processes=reader.read("WEB_PROCESSES", _positive, 1),
        threads=reader.read("WEB_THREADS", _positive, 128),
        body_limit=reader.read("BODY_LIMIT", _positive, MEGABYTE),
        log_level=reader.read("LOG_LEVEL", _level, "INFO"),
    )
    if reader.problems:
        raise Misconfigured(*reader.problems)
    return settings


def database_address(text: str) -> str:
    """The address of a PostgreSQL database, naming the driver we use. Raises `ValueError` for any other address."""
    scheme, separator, rest = text.partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise ValueError(
            "has to be the address of a PostgreSQL database: postgresql://user:password@host/name."
        )
    return f"postgresql+psycopg://{rest}"


class _Reader:
    """Reads values one by one and keeps a sentence about each that cannot be read."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.problems: list[str] = []

    def read(self, name: str, parse: Callable[[str], Value], default: Value) -> Value:
        text = self.environ.get(name, "").strip()
        if not text:
            return default
        try:
            return parse(text)
        except ValueError as error:
            self.problems.append(f"{name} {error}")
            return default


def _problems_in_production(settings: Settings) -> list[str]:
    problems = []
    keys = (settings.secret_key, *settings.secret_key_fallbacks)
    if any(key and len(key.encode()) < SHORTEST_KEY for key in keys):
        problems.append(
            f"SECRET_KEY (and each of SECRET_KEY_FALLBACKS) needs at least {SHORTEST_KEY} bytes when DEBUG is off. "
            "Make one with `python3 -c 'import secrets; print(secrets.token_urlsafe(48))'`."
        )
    if not settings.public_url:
        problems.append(
            "PUBLIC_URL is not set. Give the address under which people reach this installation, such as "
            "https://apply.example.org: the links in our messages begin with it."
        )
    elif not settings.public_url.startswith("https://") and not _is_local(settings.public_url):
        problems.append("PUBLIC_URL has to begin with https:// when DEBUG is off: passwords travel to it.")
    return problems


def _is_local(address: str) -> bool:
    return urlsplit(address).hostname in {"localhost", "127.0.0.1", "::1"}


def _own_hosts(public_url: str) -> tuple[str, ...]:
    """The host that people use; this machine's own names too when that is where they find us."""
    host = urlsplit(public_url).hostname or ""
    if not host or _is_local(public_url):
        return LOCAL_HOSTS
    return (host,)


def _flag(text: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"0", "false", "no", "off"}:
        return False
    raise ValueError("has to be 1 or 0.")


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ValueError("has to be a whole number above 0.")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise ValueError("has to be a number between 1 and 65535, such as 5000.")
    return int(text)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.replace(",", " ").split() if word)


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(word) for word in _words(text))
    except ValueError:
        raise ValueError("has to list addresses or networks, such as 10.0.0.0/8 192.0.2.7.") from None


def _web_address(text: str) -> str:
    address = urlsplit(text)
    if address.scheme not in {"http", "https"} or not address.hostname or address.query or address.fragment:
        raise ValueError("has to be a web address, such as https://apply.example.org.")
    return text.rstrip("/")


def _mail_server(text: str) -> str:
    address = urlsplit(text)
    if address.scheme not in {"smtp", "smtps"} or not address.hostname:
        raise ValueError(
            "has to be the address of a mail server: smtp://user:password@host:587 (STARTTLS when offered) "
            "or smtps://user:password@host:465."
        )
    return text


def _mailbox(text: str) -> str:
    name, separator, domain = text.rpartition("@")
    if not separator or not name or not domain or any(c in text for c in "\r\n<> "):
        raise ValueError("has to be one plain e-mail address, such as noreply@example.org.")
    return text


def _level(text: str) -> str:
    if text.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError("has to be one of DEBUG, INFO, WARNING, ERROR.")
    return text.upper()
