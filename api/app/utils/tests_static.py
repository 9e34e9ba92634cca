"""Static files: names that never go stale, small on the wire, nothing outside their folder."""

import gzip
import os
import re
from pathlib import Path

import brotli
import pytest
from flask import Flask, Response, url_for

from app.utils import static
from app.utils.static import StaticFiles
from app.utils.testing import Client

STYLES = "marula.css"


@pytest.fixture
def address(app: Flask) -> str:
    with app.test_request_context():
        return url_for("static", filename=STYLES)


class TestServing:
    def test_templates_get_hashed_names_that_are_kept_for_ever(self, anonymous: Client, address: str) -> None:
        assert re.fullmatch(r"/static/marula\.[0-9a-f]{12}\.css", address)
        response = anonymous.get(address)
        assert response.status_code == 200
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.mimetype == "text/css"

    @pytest.mark.parametrize(
        ("accept", "decode"),
        [("br, gzip", brotli.decompress), ("gzip", gzip.decompress), ("identity", bytes)],
    )
    def test_it_is_sent_in_the_best_encoding(
        self, anonymous: Client, address: str, accept: str, decode: object
    ) -> None:
        plain = anonymous.get(address).data
        response = anonymous.get(address, headers={"Accept-Encoding": accept})
        assert decode(response.data) == plain  # type: ignore[operator]
        assert "Accept-Encoding" in response.headers["Vary"]

    def test_a_plain_or_old_name_is_asked_for_again(self, anonymous: Client) -> None:
        for name in (STYLES, "marula.000000000000.css"):
            response = anonymous.get(f"/static/{name}")
            assert response.headers["Cache-Control"] == "public, no-cache"
            again = anonymous.get(f"/static/{name}", headers={"If-None-Match": response.headers["ETag"]})
            assert again.status_code == 304

    @pytest.mark.parametrize(
        "name",
        ["nothing.css", "../config.py", "..%2f__init__.py", "%2e%2e/models.py", "/etc/passwd", "js", "a%00b"],
    )
    def test_nothing_else_is_served(self, anonymous: Client, name: str) -> None:
        assert anonymous.get(f"/static/{name}").status_code in (308, 404)

    def test_pages_are_compressed(self, anonymous: Client) -> None:
        response = anonymous.get("/api/v1/openapi.json", headers={"Accept-Encoding": "br"})
        assert response.headers["Content-Encoding"] == "br"

    def test_the_revision_of_a_thing_is_the_same_in_every_encoding(self) -> None:
        app = Flask("app", static_folder=None)
        static.install(app)

        @app.get("/api/v1/thing")
        def thing() -> Response:
            response = Response("{" + " " * 2000 + "}", mimetype="application/json")
            response.set_etag("7")
            return response

        response = app.test_client().get("/api/v1/thing", headers={"Accept-Encoding": "br"})
        assert response.headers["Content-Encoding"] == "br"
        assert response.headers["ETag"] == '"7"'


class TestFiles:
    def test_a_stylesheet_names_its_pictures_by_their_hashed_names(self, tmp_path: Path) -> None:
        (tmp_path / "pictures").mkdir()
        (tmp_path / "pictures" / "a.svg").write_text("<svg/>")
        (tmp_path / "a.css").write_text(
            "a { b: url('pictures/a.svg') url(data:x) url(/x.svg) url(none.svg) }"
        )
        files = StaticFiles(tmp_path)
        found = files.find("a.css")
        assert found is not None
        name = Path(files.hashed_name("pictures/a.svg")).name
        assert (
            found.body.decode() == f"a {{ b: url('pictures/{name}') url(data:x) url(/x.svg) url(none.svg) }}"
        )

    def test_a_changed_file_is_read_again_only_when_watched(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_text("one")
        watching, kept = StaticFiles(tmp_path, watch=True), StaticFiles(tmp_path)
        names = {files.hashed_name("a.txt") for files in (watching, kept)}
        path.write_text("two, and longer")

        os.utime(path, (1, 1))
        assert len(names) == 1
        assert watching.hashed_name("a.txt") not in names
        assert kept.hashed_name("a.txt") in names

    def test_a_link_does_not_lead_out_of_the_folder(self, tmp_path: Path) -> None:
        inside = tmp_path / "static"
        inside.mkdir()
        (tmp_path / "secret").write_text("x")
        (inside / "link").symlink_to(tmp_path / "secret")
        assert StaticFiles(inside).find("link") is None
