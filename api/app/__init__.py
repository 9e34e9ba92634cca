"""Marula: the application and selection process of research events."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask
from flask_cors import CORS
from flask_migrate import Migrate

from app import handlers, models
from app.home import navigation
from app.routes import API, DEVELOPMENT, PAGES, Route
from app.users.door import identify
from app.utils import logs, looks, network, problems, security, static
from app.utils.catalogues import compile_stale
from app.utils.database import db
from app.utils.i18n import DEFAULT_LANGUAGE, babel, remember_language, select_language
from app.utils.openapi import make_document

__all__ = ["create_app", "handlers", "models"]


def create_app(config: Mapping[str, Any]) -> Flask:
    """The application with these settings (see `config.Settings.as_config`)."""
    app = Flask(__name__, static_folder=None)
    app.config.update(config)
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", None)
    app.config.setdefault("WTF_CSRF_SSL_STRICT", False)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    logs.install(app)
    network.install(app)
    static.install(app)
    db.init_app(app)
    Migrate(app, db, directory=str(Path(app.root_path).parent / "migrations"))
    compile_stale(Path(app.root_path, "translations"))
    babel.init_app(app, default_locale=DEFAULT_LANGUAGE, locale_selector=select_language)
    app.after_request(remember_language)
    CORS(
        app,
        resources={r"/api/.*": {"origins": "*"}},
        send_wildcard=True,
        supports_credentials=False,
        expose_headers=["ETag", "Retry-After"],
    )
    app.extensions["identify"] = identify
    app.extensions["openapi"] = partial(make_document, API)
    security.install(app)
    problems.install(app)
    looks.install(app)
    navigation.install(app)
    _add_routes(app, "/api/v1", API)
    _add_routes(app, "", PAGES)
    if app.config["DEBUG"]:
        _add_routes(app, "", DEVELOPMENT)
    return app


def _add_routes(app: Flask, prefix: str, routes: list[Route]) -> None:
    for method, path, view in routes:
        name = f"{view.__module__.removeprefix('app.')}.{view.__name__}"  # type: ignore[attr-defined]
        if prefix:
            security.csrf.exempt(view)
        if name not in app.view_functions:
            app.add_url_rule(prefix + path, name, view, methods=[method])  # type: ignore[arg-type]
        else:
            app.add_url_rule(prefix + path, name, methods=[method])
