"""The register of certificates, for reading: found by number, name or course; one certificate with its history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import render_template, request, url_for

from app.domain.access.gate import requires
from app.domain.access.policy import allows, scope_of
from app.domain.access.values import Actor, Permission
from app.domain.certificates import queries as certificates
from app.domain.certificates.models import Certificate, RegisterEntry
from app.domain.certificates.queries import revocations
from app.domain.certificates.rules import State
from app.domain.certificates.values import RegisterFilter
from app.domain.people import queries as people
from app.domain.territory.models import Issuer
from app.foundation import clock
from app.foundation.errors import Invalid
from app.web import paging
from app.web.admin.audit import read_moments
from app.web.admin.forms import ENTRIES
from app.web.admin.section import Answer, blueprint
from app.web.errors import words_of
from app.web.labels import CERTIFICATE_STATES, FORMS
from app.web.manager import asking
from app.web.session import actor

P = Permission
_ASKED = ("q", "issuer", "state", "from", "to")
_LONGEST = 200
STATES = {state.value: CERTIFICATE_STATES[state] for state in State}
"""The states that the register can be narrowed to."""


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """One page of the register, the issuers in it, and how it was narrowed."""

    rows: Sequence[Certificate]
    issuers: Sequence[Issuer]
    count: int
    page: int
    pages: int
    asked: Mapping[str, str]
    revocable: frozenset[int] = frozenset()  # those of the rows that the reader may revoke
    waiting: int = 0  # how many revocations wait for a second person
    error: tuple[str, str] | None = None  # field and words

    def link(self, **changes: object) -> str:
        """Return an address of this list, but for the changes."""
        given: dict[str, Any] = {**self.asked, **changes}
        return url_for("admin.register", **{name: value for name, value in given.items() if value})


def show_register(actor: Actor, asked: Mapping[str, str]) -> RegisterPage:
    """Return one page of the register within the actor's scope."""
    scope, page = scope_of(actor, P.REGISTER_READ), paging.read_page(asked)
    given = {name: asked.get(name, "").strip()[:_LONGEST] for name in _ASKED}
    issuers, today = certificates.list_register_issuers(scope), clock.now().date()
    try:
        narrowed = _filter(actor, given, issuers)
        rows, count = certificates.list_register(scope, narrowed, today, page, paging.SIZE)
        error = None
    except Invalid as refusal:
        rows, count, error = (), 0, (refusal.field, words_of(refusal))
    return RegisterPage(
        rows=rows,
        issuers=issuers,
        count=count,
        page=page,
        pages=paging.count_pages(page, count),
        asked=given,
        revocable=_revocable(actor, rows, today),
        waiting=revocations.count_waiting_revocations(scope_of(actor, P.CERTIFICATE_REVOKE)),
        error=error,
    )


def _revocable(actor: Actor, rows: Sequence[Certificate], today: date) -> frozenset[int]:
    """Return the ids of those of some certificates that are in force and the actor's to revoke."""
    in_force = [each for each in rows if each.state_on(today) in {State.VALID, State.EXPIRED}]
    return frozenset(each.id for each in in_force if allows(actor, P.CERTIFICATE_REVOKE, each))


def _filter(actor: Actor, given: Mapping[str, str], issuers: Sequence[Issuer]) -> RegisterFilter:
    known = {issuer.prefix: issuer.unit_id for issuer in issuers}
    prefix = asking.read_choice(given, "issuer", known)
    begin, end = read_moments(actor, given)
    return RegisterFilter(
        text=given["q"],
        issuer_unit_id=known[prefix] if prefix else None,
        state=asking.read_choice(given, "state", STATES),
        begin=begin,
        end=end,
    )


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """A certificate, all entries of the register about it, and the names of the people who made them."""

    certificate: Certificate
    history: Sequence[RegisterEntry]
    names: Mapping[str, str]
    may_read_file: bool
    may_revoke: bool


def show_certificate(actor: Actor, code: str) -> CertificatePage:
    """Return a certificate of the register within the actor's scope."""
    scope = scope_of(actor, P.REGISTER_READ)
    certificate = certificates.get_registered(scope, code)
    history = certificates.list_history(scope, [certificate.id])
    return CertificatePage(
        certificate=certificate,
        history=history,
        names=people.list_names(scope, {entry.actor for entry in history}),
        may_read_file=allows(actor, P.CERTIFICATE_READ, certificate),
        may_revoke=bool(_revocable(actor, [certificate], clock.now().date())),
    )


@blueprint.get("/admin/register")
@requires(P.REGISTER_READ)
def register() -> Answer:
    """List the certificates of one's issuers and of one's people, the newest first."""
    view = show_register(actor(), request.args)
    return render_template("admin/register.html", view=view, states=STATES), 422 if view.error else 200


@blueprint.get("/admin/register/<string:code>")
@requires(P.REGISTER_READ)
def certificate(code: str) -> str:
    """Show what a certificate says, and what became of it."""
    view = show_certificate(actor(), code)
    return render_template("admin/certificate.html", view=view, kinds=ENTRIES, forms=FORMS)
