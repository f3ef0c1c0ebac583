"""How long a file that was made for somebody is kept, and whom it may name: pure functions."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

KEPT_FOR = timedelta(days=7)
"""How long a file is there after it was made: it copies what stands elsewhere, and can be made anew."""
SETTLING = timedelta(minutes=1)
"""For how long after somebody is erased a file may still be made of what was there before the act was committed."""


def kept_until(made_at: datetime) -> datetime:
    """Return the moment from which a file is there no more."""
    return made_at + KEPT_FOR


def may_name(paths: Sequence[str], places: Collection[str]) -> bool:
    """Tell whether a file of units may name somebody who earned something at these places; no path is all there are."""
    return not paths or any(place.startswith(path) for path in paths for place in places)
