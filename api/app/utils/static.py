"""Static files without a build step: hashed names that browsers keep for ever, compressed once and held in memory."""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import brotli
from flask import Flask, Response, current_app, request
from flask_compress import Compress
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as BaseResponse

from app.utils.origin import is_api

FOREVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"
HASHED = re.compile(r"(?P<stem>.+)\.(?P<hash>[0-9a-f]{12})(?P<suffix>\.\w+)")
REFERENCE = re.compile(rb"""url\((?P<quote>["']?)(?!data:|/|https?:)(?P<name>[^"')#?]+)(?P=quote)\)""")
TEXTS = {".css", ".js", ".mjs", ".svg", ".json", ".txt", ".webmanifest", ".html", ".map"}
PAGE_TYPES = ["text/html", "text/plain", "text/csv", "text/css", "text/calendar", "image/svg+xml"]
PAGE_TYPES += ["application/json", "application/problem+json", "application/vnd.oai.openapi+json"]

mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("font/woff2", ".woff2")


@dataclass(frozen=True)
class StaticFile:
    """One file as it goes over the wire."""

    name: str
    body: bytes
    modified: float

    @cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:12]

    @cached_property
    def hashed_name(self) -> str:
        path = Path(self.name)
        return str(path.with_name(f"{path.stem}.{self.digest}{path.suffix}"))

    @cached_property
    def brotli(self) -> bytes:
        return bytes(brotli.compress(self.body, quality=11))

    @cached_property
    def gzip(self) -> bytes:
        return gzip.compress(self.body, 9, mtime=0)

    def encoded(self, accepted: Any) -> tuple[bytes, str | None]:
        """The body in the best encoding of those that the browser accepts, and its name."""
        if Path(self.name).suffix in TEXTS and len(self.body) > 200:
            if accepted["br"]:
                return self.brotli, "br"
            if accepted["gzip"]:
                return self.gzip, "gzip"
        return self.body, None


@dataclass
class StaticFiles:
    """The files below `folder`, read when they are first asked for; with `watch` again when they change."""

    folder: Path
    watch: bool = False
    known: dict[str, StaticFile] = field(default_factory=dict)

    def find(self, name: str) -> StaticFile | None:
        """The file `name`, relative to the folder; None when there is none or the name leads elsewhere."""
        found = self.known.get(name)
        if found is not None and not self.watch:
            return found
        if "\0" in name:
            return None
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve()) or not path.is_file():
            return None
        modified = path.stat().st_mtime
        if found is None or found.modified != modified:
            found = self.known[name] = StaticFile(name, self._read(path), modified)
        return found

    def hashed_name(self, name: str) -> str:
        """The name under which `name` may be kept for ever; itself when there is no such file."""
        found = self.find(name)
        return found.hashed_name if found else name

    def _read(self, path: Path) -> bytes:
        """The bytes of `path`; a stylesheet names its fonts and pictures by their hashed names."""
        body = path.read_bytes()
        if path.suffix != ".css":
            return body

        def rename(match: re.Match[bytes]) -> bytes:
            target = (path.parent / match["name"].decode()).resolve()
            if not target.is_relative_to(self.folder.resolve()):
                return match[0]
            hashed = Path(self.hashed_name(str(target.relative_to(self.folder.resolve()))))
            renamed = str(Path(match["name"].decode()).with_name(hashed.name))
            return b"url(" + match["quote"] + renamed.encode() + match["quote"] + b")"

        return REFERENCE.sub(rename, body)


def install(app: Flask) -> None:
    """Serve `app/static` under `/static/` (make the application with `static_folder=None`) and compress all answers.

    Templates write `url_for("static", filename="site.css")` as usual and get the hashed name.
    """
    files = StaticFiles(Path(app.root_path, "static"), watch=app.config["DEBUG"])
    app.extensions["static_files"] = files
    app.add_url_rule("/static/<path:filename>", "static", _serve)

    @app.url_defaults
    def use_hashed_name(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static":
            values["filename"] = files.hashed_name(values["filename"])

    app.config.setdefault("COMPRESS_ALGORITHM", ["br", "gzip"])
    app.config.setdefault("COMPRESS_BR_LEVEL", 5)
    app.config.setdefault("COMPRESS_MIMETYPES", PAGE_TYPES)
    app.after_request(_restore_etag)  # registered before Compress: runs after it
    Compress(app)


def _restore_etag(response: BaseResponse) -> BaseResponse:
    """Flask-Compress adds the encoding to each ETag. The API's are revisions, which come back in `If-Match` as they are."""
    etag, weak = response.get_etag()
    if etag and is_api():
        response.set_etag(etag.removesuffix(f":{response.headers.get('Content-Encoding')}"), weak=bool(weak))
    return response


def _serve(filename: str) -> BaseResponse:
    files: StaticFiles = current_app.extensions["static_files"]
    cache, found = ASK_AGAIN, files.find(filename)
    if found is None and (parts := HASHED.fullmatch(filename)):
        found = files.find(parts["stem"] + parts["suffix"])
        # An older page may ask for an older version: it gets today's, but may not keep it under the old name.
        cache = FOREVER if found and found.digest == parts["hash"] else ASK_AGAIN
    if found is None:
        raise NotFound
    body, encoding = found.encoded(request.accept_encodings)
    response = Response(body, mimetype=mimetypes.guess_type(found.name)[0] or "application/octet-stream")
    response.headers["Cache-Control"] = cache
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(f"{found.digest}-{encoding or 'plain'}")
    if encoding:
        response.headers["Content-Encoding"] = encoding
    return response.make_conditional(request)
