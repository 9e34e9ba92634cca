"""`make check`: everything that must be right before a change is merged. Goes on after a failure and names all of them."""

import os
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent

sys.path.insert(0, str(CHECKOUT / "api"))

from app.utils.testing import find_chromium  # noqa: E402

STEPS: list[tuple[str, list[str]]] = [
    ("the code is formatted (make fmt)", ["ruff", "format", "--check", "."]),
    ("the linter has nothing to say", ["ruff", "check", "."]),
    ("the types fit", ["mypy"]),
    ("packages import only packages below them", ["lint-imports", "--no-logo"]),
    ("migrations and models agree", ["python", "tools/migrations.py"]),
    ("templates compile, translations are whole", ["python", "tools/translations.py"]),
    ("docs/openapi.json is up to date (make openapi)", ["python", "tools/openapi.py"]),
    ("the tests pass", ["python", "-m", "pytest", "-n", "2"]),
]


def main() -> int:
    """Run all steps; 0 when all went well."""
    failed = []
    if find_chromium() is None:
        failed.append(
            "a Chromium is there for the browser tests (apt-get install chromium, or CHROMIUM=/path/to/it)"
        )
    for promise, (program, *arguments) in STEPS:
        print(f"\n── {promise}", flush=True)
        began = time.monotonic()
        done = subprocess.run(
            [PROGRAMS / program, *arguments],
            cwd=CHECKOUT,
            check=False,
            env={**os.environ, "PYTHONPATH": "api", "BROWSER_TESTS": "required"},
        )
        print(f"   {time.monotonic() - began:.1f} s", flush=True)
        if done.returncode != 0:
            failed.append(promise)
    if not failed:
        print("\nAll is well.")
        return 0
    print("\nNot true yet:")
    for promise in failed:
        print(f"  - {promise}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
