"""The API's description."""

from app.routes import API
from app.utils.testing import Client


def test_the_document_describes_every_json_route(anonymous: Client) -> None:
    document = anonymous.get("/api/v1/openapi.json").json
    assert document["openapi"] == "3.1.0"
    described = {(method, path) for path, methods in document["paths"].items() for method in methods}
    expected = {
        (method.lower(), path.replace("<", "{").replace(">", "}").replace("int:", ""))
        for method, path, view in API
        if hasattr(view, "spec")
    }
    assert described == expected


def test_operations_have_names_of_their_own(anonymous: Client) -> None:
    document = anonymous.get("/api/v1/openapi.json").json
    names = [
        operation["operationId"] for methods in document["paths"].values() for operation in methods.values()
    ]
    assert len(names) == len(set(names))
    assert all(
        operation["summary"] for methods in document["paths"].values() for operation in methods.values()
    )


def test_there_is_a_page_to_try_it(anonymous: Client) -> None:
    page = anonymous.get("/api/v1/docs")
    assert page.status_code == 200
    assert "rapi-doc" in page.text


def test_a_download_is_described_by_its_kind(anonymous: Client) -> None:
    document = anonymous.get("/api/v1/openapi.json").json
    download = document["paths"]["/events/{event_key}/invited-guests.csv"]["get"]
    assert list(download["responses"]["200"]["content"]) == ["text/csv"]
    assert "204" not in download["responses"]
