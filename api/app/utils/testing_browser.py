"""What browser tests share: is the page accessible, does it fit, does it keep to its own rules."""

from pathlib import Path
from typing import Any

AXE = Path(__file__).parent / "testing_vendor" / "axe-4.14.1.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def assert_accessible(page: Any) -> None:
    """Fail with the rule, the element and the reason for whatever axe finds on this Playwright page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("rules => axe.run({runOnly: rules})", RULES)
    found = [
        f"{rule['id']}: {rule['help']}\n    {node['html'][:200]}\n    {node.get('failureSummary', '')}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]
    assert not found, f"{page.url}\n" + "\n".join(found)  # noqa: S101


def assert_fits(page: Any) -> None:
    """Fail when the page is wider than its window: nobody should have to scroll sideways to read."""
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert over <= 0, f"{page.url} is {over} px too wide"  # noqa: S101


def assert_good_page(page: Any) -> None:
    """All of the above, on the page as it stands."""
    assert_accessible(page)
    assert_fits(page)


def assert_good_in_every_light(page: Any) -> None:
    """The same on a wide window by day and on a phone by night. Leaves the page so."""
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")  # a colour on its way is no colour yet
    assert_good_page(page)
    page.set_viewport_size({"width": 360, "height": 780})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert_good_page(page)


def watch(page: Any) -> list[str]:
    """What the browser complains of from now on: broken scripts, what the content security policy refuses, what is missing."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None,
    )
    return complaints


def weigh(page: Any, path: str) -> int:
    """Open `path` as a first visit and return the bytes that came over the wire, headers and bodies, without images."""
    finished: list[Any] = []
    page.on("requestfinished", lambda request: finished.append(request))  # noqa: PLW0108  # Playwright wants a function of its own
    page.goto(path, wait_until="networkidle")
    sizes = [request.sizes() for request in finished if request.resource_type != "image"]
    return sum(size["responseHeadersSize"] + size["responseBodySize"] for size in sizes)
