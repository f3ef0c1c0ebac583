"""Certificates that are to be good no more: one at once, several by two people; what waits, and what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm

from app.domain.access.gate import requires
from app.domain.access.policy import scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates import queries as register
from app.domain.certificates.models import Certificate, Revocation
from app.domain.certificates.queries import revocations as together
from app.domain.people import queries as people
from app.foundation.errors import Invalid
from app.web import paging
from app.web.account.views import add_error
from app.web.admin.forms import DecisionForm, RevocationForm, TakeBackForm
from app.web.admin.section import Answer, blueprint
from app.web.session import actor
from app.workflows import certifying, revoking

P = Permission


@dataclass(frozen=True, slots=True)
class RevocationsPage:
    """What waits, one page of what was decided, and the names of the people who asked and decided."""

    waiting: Sequence[Revocation]
    waiting_count: int
    decided: Sequence[Revocation]
    page: int
    pages: int
    names: Mapping[str, str]
    own: str

    def link(self, page: int) -> str:
        """Return the address of another page of what was decided."""
        return url_for("admin.revocations", page=page)


def show_revocations(actor: Actor, asked: Mapping[str, str]) -> RevocationsPage:
    """Return the revocations that lie wholly within the actor's scope."""
    scope, page = scope_of(actor, P.CERTIFICATE_REVOKE), paging.read_page(asked)
    waiting, count = together.list_revocations(scope, 1, revoking.MOST, is_waiting=True)
    decided, decided_count = together.list_revocations(scope, page, paging.SIZE, is_waiting=False)
    names = _names(actor, [*waiting, *decided])
    pages = paging.count_pages(page, decided_count)
    return RevocationsPage(waiting, count, decided, page, pages, names, actor.name)


def _names(actor: Actor, shown: Sequence[Revocation]) -> Mapping[str, str]:
    involved = {name for each in shown for name in (each.asked_by, each.decided_by) if name}
    return people.list_names(scope_of(actor, P.CERTIFICATE_REVOKE), involved)


@blueprint.get("/admin/revocations")
@requires(P.CERTIFICATE_REVOKE)
def revocations() -> str:
    """List what waits for a second person, and what was decided."""
    return render_template("admin/revocations.html", view=show_revocations(actor(), request.args))


def _chosen(actor: Actor, codes: Sequence[str]) -> Sequence[Certificate]:
    """Return the certificates that a page names; raises NotFound unless all are the actor's to revoke."""
    return register.list_chosen(scope_of(actor, P.CERTIFICATE_REVOKE), codes[: revoking.MOST + 1])


def _revoke(chosen: Sequence[Certificate], reason: str) -> str:
    """Revoke the one that was chosen, or ask for several; return what is to be told."""
    if len(chosen) == 1:
        certifying.revoke(actor(), chosen[0].code, reason)
        return str(_("%(number)s is revoked; the holder is told by mail.", number=chosen[0].number))
    revoking.ask(actor(), [each.code for each in chosen], reason)
    count = ngettext("%(num)s certificate", "%(num)s certificates", len(chosen))
    return str(_("Asked for: %(count)s. Another person decides; until then they stay valid.", count=count))


def _is_done(form: FlaskForm, chosen: Sequence[Certificate], reason: str) -> bool:
    """Do what the form asks for, once it is filled in as it must be; what is wrong is told at its place."""
    try:
        flash(_revoke(chosen, reason), "success")
    except Invalid as error:
        add_error(form, error)
        return False
    return True


@blueprint.route("/admin/revocations/new", methods=["GET", "POST"])
@requires(P.CERTIFICATE_REVOKE)
def revoke() -> Answer:
    """Revoke a certificate that was chosen in the register, or ask that several be."""
    codes = list(dict.fromkeys(request.values.getlist("code")))
    chosen, form = _chosen(actor(), codes), RevocationForm()
    is_well = bool(chosen) and form.validate_on_submit()
    if is_well and _is_done(form, chosen, str(form.reason.data)):
        several = len(chosen) > 1
        return redirect(url_for("admin.revocations" if several else "admin.register"))
    status = 422 if request.method == "POST" else 200
    return render_template("admin/revoke.html", form=form, chosen=chosen), status


@blueprint.route("/admin/revocations/<uuid:revocation_id>", methods=["GET", "POST"])
@requires(P.CERTIFICATE_REVOKE)
def revocation(revocation_id: UUID) -> Answer:
    """Show what somebody wants to be revoked, and decide it."""
    asked = together.get_revocation(scope_of(actor(), P.CERTIFICATE_REVOKE), revocation_id)
    is_own = asked.asked_by == actor().name
    form = TakeBackForm() if is_own else DecisionForm()
    if form.validate_on_submit():
        is_approved = form.decision.data == "approve"
        decide = revoking.approve if is_approved else revoking.reject
        decide(actor(), revocation_id, str(form.word.data))
        flash(_("The certificates are revoked.") if is_approved else _("The certificates stay."), "success")
        return redirect(url_for("admin.revocations"))
    view = {"asked": asked, "names": _names(actor(), [asked]), "is_own": is_own}
    status = 422 if request.method == "POST" else 200
    return render_template("admin/revocation.html", form=form, **view), status
