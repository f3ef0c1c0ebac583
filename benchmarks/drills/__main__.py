"""``python -m benchmarks.drills NAME``: runs a drill on both engines, and fails where something was lost."""

import argparse
import json
import sys

from benchmarks.drills import houses, kills, numbers, rush, works
from benchmarks.drills.houses import House
from benchmarks.figures import RESULTS

NOTHING = (
    "lost answers",
    "submissions without a mark",
    "half-marked attempts",
    "wrong answers of the server",
    "numbers twice",
    "gaps",
    "deadlocks and other faults",
    "faults of the register",
    "certificates told of twice",
)
MOST_MS = 1_500


def main() -> int:
    """Run what is asked for; return 1 where the drill failed."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("drill", choices=("kills", "rush", "numbers", "works"))
    wanted.add_argument("--kills", type=int, default=100)
    wanted.add_argument("--learners", type=int, default=4_000, help="people who have not begun a test")
    wanted.add_argument("--processes", type=int, default=2, help="of the web server, for the rush")
    wanted.add_argument("--engine", choices=houses.ENGINES, action="append")
    given = wanted.parse_args()
    failed = False
    for engine in given.engine or houses.ENGINES:
        learners = {"kills": given.learners, "rush": rush.PEOPLE, "numbers": 10, "works": 10}[given.drill]
        completed = numbers.CERTIFICATES if given.drill == "numbers" else 10
        with houses.laid(engine, learners, completed) as house:
            counted = _run(given, house)
        print(engine, json.dumps(counted, indent=1), flush=True)
        (RESULTS / f"{given.drill}-{engine}.json").write_text(json.dumps(counted, indent=1) + "\n", "utf-8")
        failed = failed or not _is_well(given.drill, counted)
    return int(failed)


def _run(given: argparse.Namespace, house: House) -> dict[str, float]:
    if given.drill == "numbers":
        return numbers.run(house)
    if given.drill == "works":
        return works.run(house, given.kills)
    return kills.run(house, given.kills) if given.drill == "kills" else rush.run(house, given.processes)


def _is_well(drill: str, counted: dict[str, float]) -> bool:
    if any(counted.get(name, 0) for name in NOTHING):
        return False
    if drill == "kills":
        return counted["acknowledged answers"] > 0 and counted["acknowledged submissions"] > 0
    if drill == "numbers":
        return counted["issued"] == counted["wanted"]
    if drill == "works":
        made = {counted[name] for name in ("certificates", "numbers", "files", "mails")}
        return made == {works.CERTIFICATES} and counted["seconds of a thousand"] <= works.MOST_SECONDS
    is_whole = counted["results"] == counted["certificates"] == counted["attempts"] == rush.PEOPLE
    return is_whole and counted["p95_ms"] <= MOST_MS


if __name__ == "__main__":
    sys.exit(main())
