"""What an endpoint declares about who may come in; a door refuses an endpoint that declares nothing."""

from collections.abc import Callable
from typing import TypeVar

from app.domain.access.values import Permission

View = TypeVar("View", bound=Callable[..., object])


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare that an endpoint is for people who hold a permission somewhere."""

    def declare(view: View) -> View:
        view.__dict__["requires"] = permission
        return view

    return declare


def public(view: View) -> View:
    """Declare that an endpoint is for anyone."""
    view.__dict__["requires"] = None
    return view


def is_declared(view: Callable[..., object]) -> bool:
    """Tell whether an endpoint says who may come in."""
    return "requires" in view.__dict__


def required_by(view: Callable[..., object]) -> Permission | None:
    """Return the permission that an endpoint asks for; None where it is public."""
    declared = view.__dict__.get("requires")
    return Permission(declared) if declared is not None else None
