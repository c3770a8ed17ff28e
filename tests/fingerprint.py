"""Keep the fingerprint of the baseline's outcomes: ``python -m tests.fingerprint``, after a change to the science.

Refuses unless CHANGELOG.md has a new line under "Science" that says what changed.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path

import peersim as ps

HERE = Path(__file__).parent
KEPT = HERE / "fingerprint.json"
CHANGELOG = HERE.parent / "CHANGELOG.md"
REPLICATES = 24


def outcomes() -> dict[str, float]:
    """The baseline's outcomes, means over replicates, as exactly as they are written."""
    means = ps.run(ps.load(HERE.parent / "configs" / "baseline.yaml"), REPLICATES, seed=1).outcomes["mean"]
    return {str(name): float(value) for name, value in means.items()}


def science() -> str:
    """A digest of everything that the changelog says about changes to the science."""
    sections = re.findall(r"^### Science\n(.*?)(?=^##|\Z)", CHANGELOG.read_text(encoding="utf-8"), re.M | re.S)
    return hashlib.sha256("".join(sections).encode()).hexdigest()


def main() -> None:
    """Write the fingerprint."""
    new = {"replicates": REPLICATES, "science": science(), "outcomes": outcomes()}
    old = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    if old.get("outcomes") != new["outcomes"] and old.get("science") == new["science"]:
        sys.exit(
            "The outcomes have changed. Say in CHANGELOG.md, under Science, what changed them; then run this again."
        )
    KEPT.write_text(json.dumps(new, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
