"""How often an address may ask where guessing pays: in memory of the process, or in Redis across nodes."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

limiter = Limiter(get_remote_address, default_limits=[])

verification = limiter.shared_limit("60/minute", scope="verification")
"""How often an address may ask for certificates by their codes and files, at all front doors together."""
