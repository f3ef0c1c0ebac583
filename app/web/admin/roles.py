"""Roles: who holds which where, granted and ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.domain.access.gate import requires
from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission, Role
from app.domain.people import queries as people
from app.domain.people.models import RoleGrant
from app.foundation.errors import Invalid
from app.web import paging
from app.web.account.views import add_error
from app.web.admin.forms import GRANTED, EndRoleForm, RoleAtFewForm, RoleForm
from app.web.admin.section import Answer, blueprint
from app.web.manager import asking
from app.web.manager.asking import Places
from app.web.session import actor
from app.workflows import administering

P = Permission


@dataclass(frozen=True, slots=True)
class RolesPage:
    """One page of the roles that are held, and how the list was narrowed."""

    rows: Sequence[RoleGrant]
    count: int
    page: int
    pages: int
    text: str
    role: str | None
    places: Places

    @property
    def is_narrowed(self) -> bool:
        """Whether the list leaves roles out."""
        return bool(self.text or self.role or self.places.typed)

    def link(self, **changes: object) -> str:
        """Return an address of this list, but for the changes."""
        unit = self.places.unit.code if self.places.unit else None
        given: dict[str, Any] = {"q": self.text, "role": self.role, "unit": unit, **changes}
        return url_for("admin.roles", **{name: value for name, value in given.items() if value})


def show_roles(actor: Actor, asked: Mapping[str, str]) -> RolesPage:
    """Return one page of the roles held within the actor's scope."""
    scope = scope_of(actor, P.ROLE_GRANT)
    page, places = paging.read_page(asked), asking.read_places(scope, asked)
    text, role = asked.get("q", "").strip()[:200], asking.read_choice(asked, "role", GRANTED)
    path = places.unit.path if places.unit else None
    rows, count = (
        ((), 0) if places.is_open else people.list_grants_page(scope, text, path, role, page, paging.SIZE)
    )
    return RolesPage(rows, count, page, paging.count_pages(page, count), text, role, places)


@blueprint.get("/admin/roles")
@requires(P.ROLE_GRANT)
def roles() -> str:
    """List the roles that are held."""
    known = scope_of(actor(), P.PERSON_READ)
    view = show_roles(actor(), request.args)
    return render_template("admin/roles.html", view=view, granted=GRANTED, known=known)


def _open_form(actor: Actor) -> RoleForm:
    scope = scope_of(actor, P.ROLE_GRANT)
    options = asking.list_options(scope)
    given = {"email": request.args.get("email", "")[:254], "role": Role.MANAGER.value}
    if options is None:
        return RoleForm(data=given)
    form = RoleAtFewForm(data=given)
    everywhere = [("", _("everywhere (administrators only)"))] if scope.everything else []
    asking.offer(form.unit, [*everywhere, *options])
    return form


def _read_unit(actor: Actor, form: RoleForm) -> str | None:
    """Return the code of the unit, empty for everywhere; None where it is not clear which is meant."""
    if isinstance(form, RoleAtFewForm) or not (form.unit.data or "").strip():
        return str(form.unit.data or "").strip()
    return asking.settle_unit(scope_of(actor, P.ROLE_GRANT), form.unit, form.choice)


def _grant(form: RoleForm, unit: str) -> RoleGrant:
    return administering.grant_role(
        actor(),
        str(form.email.data),
        Role(form.role.data),
        unit or None,
        password=str(form.present.data),
    )


@blueprint.route("/admin/roles/new", methods=["GET", "POST"])
@requires(P.ROLE_GRANT)
def grant_role() -> Answer:
    """Grant a role."""
    form = _open_form(actor())
    is_well = form.validate_on_submit()
    unit = _read_unit(actor(), form) if request.method == "POST" else None
    if is_well and unit is not None:
        try:
            made = _grant(form, unit)
        except Invalid as error:
            add_error(form, error)
        else:
            flash(_("The role is granted; it works at once."), "success")
            return redirect(url_for("admin.roles", q=made.person.email))
    return render_template("admin/grant_role.html", form=form), 422 if request.method == "POST" else 200


@blueprint.route("/admin/roles/<uuid:grant_id>/end", methods=["GET", "POST"])
@requires(P.ROLE_GRANT)
def end_role(grant_id: UUID) -> Answer:
    """End a role, once it is confirmed."""
    held, form = people.get_grant(scope_of(actor(), P.ROLE_GRANT), grant_id), EndRoleForm()
    if form.validate_on_submit():
        try:
            administering.end_role(actor(), grant_id, password=str(form.present.data))
        except Invalid as error:
            add_error(form, error)
        else:
            flash(_("The role of %(name)s is ended.", name=held.person.full_name), "success")
            return redirect(url_for("admin.roles"))
    shown = render_template("admin/end_role.html", held=held, form=form)
    return shown, 422 if request.method == "POST" else 200
