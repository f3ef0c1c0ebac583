"""Pages for those who count what was learned: progress, completions, coverage."""

from flask import Blueprint

blueprint = Blueprint("coordinator", __name__)
