"""Pages for administrators: roles, issuers, territory, mail."""

from flask import Blueprint

blueprint = Blueprint("admin", __name__)
