"""What CONTRIBUTING.md quotes is what the code says."""

import re
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
QUOTED = re.compile(r"^`(?P<file>[\w/.]+)`\n```python\n(?P<code>.*?)```$", re.MULTILINE | re.DOTALL)


def test_every_excerpt_stands_in_the_file_it_names() -> None:
    page = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    excerpts = QUOTED.findall(page)
    assert len(excerpts) == page.count("```python") == 9
    for file, code in excerpts:
        assert code in (CHECKOUT / file).read_text(encoding="utf-8"), f"{file}:\n{code}"


def test_every_link_leads_somewhere() -> None:
    page = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", page):
        assert (CHECKOUT / target).exists(), target
