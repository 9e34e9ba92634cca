"""Checks that docs/openapi.json is what the code says today."""

import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def main() -> int:
    """0 when the committed document equals a fresh one."""
    made = subprocess.run(
        [sys.executable, "api/run.py", "openapi"], cwd=CHECKOUT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout
    kept = CHECKOUT / "docs" / "openapi.json"
    if kept.exists() and kept.read_text(encoding="utf-8") == made:
        return 0
    print("docs/openapi.json is not what the code says. Write it anew with `make openapi` and commit it.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
