"""How many examples hypothesis tries: few in ordinary runs, as many as asked for by ``GRADIVO_EXAMPLES=2000``."""

import os

from hypothesis import HealthCheck, settings

many = settings(
    max_examples=int(os.environ.get("GRADIVO_EXAMPLES", "60")),
    deadline=2_000,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
"""The settings of a test that reads whatever it is given; an example longer than two seconds fails."""
