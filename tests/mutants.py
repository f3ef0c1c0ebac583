"""How many mutants of the marking rules the tests killed: the last step of ``make mutants``.

A mutant is the code with one small fault. A run that never ends is noticed, too, so it counts as killed; whatever
else did not fail survived.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

LEAST_PERCENT = 90
FIGURES = Path("mutants", "mutmut-cicd-stats.json")


def judge(figures: Mapping[str, int]) -> tuple[str, bool]:
    """Return a sentence about mutmut's figures, and whether enough were killed."""
    killed, total = figures["killed"] + figures["timeout"], figures["total"]
    percent = 100 * killed / total if total else 0.0
    figures_in_words = f"{total} mutants: {killed} killed, {total - killed} survived"
    return f"{figures_in_words}; {percent:.1f} % killed, {LEAST_PERCENT} % wanted.", percent >= LEAST_PERCENT


def main() -> int:
    """Say it; 1 if too few were killed."""
    sentence, is_enough = judge(json.loads(FIGURES.read_text(encoding="utf-8")))
    print(sentence)
    return 0 if is_enough else 1


if __name__ == "__main__":
    sys.exit(main())
