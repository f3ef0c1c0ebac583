"""Pages for those who write courses."""

from flask import Blueprint

blueprint = Blueprint("trainer", __name__)
