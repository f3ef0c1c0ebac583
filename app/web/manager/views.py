"""Pages for those who look after people of their units."""

from flask import Blueprint

blueprint = Blueprint("manager", __name__)
