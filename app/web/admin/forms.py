"""The forms of administrators, and the words for what stands in the audit trail."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    EmailField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from app.domain.people.rules import LONGEST_EMAIL, LONGEST_PASSWORD
from app.web.account.forms import choices_of
from app.web.labels import LANGUAGE_NAMES, ROLES
from app.workflows.revoking import REASON_LIMIT

ACTIONS: Mapping[str, object] = {
    "admin.create": _("Administrator entered"),
    "attempt.finish": _("Test handed in"),
    "attempt.grant": _("One more attempt granted"),
    "attempt.start": _("Test begun"),
    "backup.create": _("Backup made"),
    "certificate.duplicate": _("Duplicate of a certificate made"),
    "certificate.issue": _("Certificate issued"),
    "certificate.remind": _("Holder reminded that a certificate ends"),
    "certificate.rename": _("Name on certificates corrected"),
    "certificate.revoke": _("Certificate revoked"),
    "certificate.shorten": _("Certificate ended earlier"),
    "certificate.supersede": _("Certificate superseded"),
    "course.publish": _("Course published"),
    "demo.people": _("People of the demonstration entered"),
    "enrolment.begin": _("Enrolled"),
    "enrolment.move": _("Went on with a newer version"),
    "issuer.keep": _("Issuer's particulars saved"),
    "module.done": _("Module done"),
    "password.ask": _("New password asked for"),
    "password.change": _("Password changed"),
    "password.invitation": _("Password chosen by an invitation"),
    "password.reset": _("Password chosen anew"),
    "person.change": _("Record changed"),
    "person.deactivate": _("Person deactivated"),
    "person.erase": _("Person erased"),
    "person.invite": _("Person invited"),
    "person.reactivate": _("Person let in again"),
    "person.resend": _("Invitation sent again"),
    "profile.change": _("Own profile changed"),
    "programme.publish": _("Programme published"),
    "register.export": _("Register exported"),
    "report.export": _("Report exported"),
    "report.make": _("Report file made"),
    "report.remove": _("Report file removed"),
    "revocation.approve": _("Revocation of several certificates approved"),
    "revocation.ask": _("Revocation of several certificates asked for"),
    "revocation.reject": _("Revocation of several certificates rejected"),
    "role.end": _("Role ended"),
    "role.grant": _("Role granted"),
    "sign-in": _("Signed in"),
    "signing.begin": _("Signing with another certificate begun"),
    "signing.renew": _("Own signing key made anew"),
    "sign-in.fail": _("Sign-in failed"),
    "sign-out": _("Signed out"),
    "territory.import": _("Territory imported"),
    "validity.decide": _("End of older certificates decided"),
    "validity.export": _("Forecast of ends exported"),
    "certificate.erase": _("Name of a certificate erased"),
}
"""What was done, by its code in the trail; an act without words here is shown by its code."""

DETAILS: Mapping[str, object] = {
    "added": _("new"),
    "certificates": _("certificates"),
    "changed": _("changed"),
    "course": _("course"),
    "entries": _("entries"),
    "files": _("files"),
    "is_new_address": _("new e-mail"),
    "mark": _("mark"),
    "module": _("module"),
    "name": _("name"),
    "prefix": _("prefix"),
    "reason": _("reason"),
    "results": _("results"),
    "role": _("role"),
    "rows": _("rows"),
    "unit": _("unit"),
    "version": _("version"),
    "word": _("word"),
}
"""What an entry of the trail says besides, by its name there."""

ENTRIES: Mapping[str, object] = {
    "issued": _("Issued"),
    "recorded": _("Recorded in full"),
    "filed": _("Document made"),
    "signed": _("Document signed"),
    "shortened": _("Valid for less long"),
    "superseded": _("Superseded"),
    "revoked": _("Revoked"),
    "ended": _("Counts no more"),
    "erased": _("Name erased after the legal keeping period"),
}
"""What an entry of the register says became of a certificate, by its kind."""

GRANTED = {code: words for code, words in ROLES.items() if code != "learner"}
"""The roles that are granted: everyone is a learner."""

_NEEDED = DataRequired(_("This cannot be empty."))


def _at_most(number: int) -> Length:
    return Length(max=number, message=_("Use at most %(max)d characters."))


def _own_password(why: object) -> PasswordField:
    """Return the field in which whoever acts proves that it is she; it stands last, and is never filled again."""
    return PasswordField(
        _("Your password"),
        description=why,
        validators=[DataRequired(_("Enter your password.")), _at_most(LONGEST_PASSWORD)],
    )


_WHY_AT_GRANT = _("So that nobody grants roles from a computer you left open.")


class RoleForm(FlaskForm):
    """Who gets which role where; where the units are many, one is typed and then chosen."""

    email = EmailField(
        _("E-mail"),
        description=_("Of somebody who is here already."),
        validators=[DataRequired(_("Enter the e-mail.")), _at_most(LONGEST_EMAIL)],
    )
    role = SelectField(_("Role"), choices=choices_of(GRANTED))
    unit = StringField(
        _("Unit"),
        description=_("Its name or its code. The role covers everything below it, too."),
        validators=[Optional(), _at_most(200)],
    )
    choice = RadioField(_("Which of these?"), choices=[], validate_choice=False)
    present = _own_password(_WHY_AT_GRANT)


class RoleAtFewForm(RoleForm):
    """The same where the units are few enough to be picked from a list."""

    unit = SelectField(_("Unit"), description=_("The role covers everything below it, too."))
    present = _own_password(_WHY_AT_GRANT)


class EndRoleForm(FlaskForm):
    """The password of whoever ends a role."""

    present = _own_password(_("So that nobody ends roles from a computer you left open."))


TEXTS = {
    "function": (_("Function of the signatory"), 120),
    "legal_line": (_("Legal line"), 300),
    "funder_line": (_("Line of the funder"), 300),
}
"""The particulars that are written in each language of certificates."""


class IssuerForm(FlaskForm):
    """By which particulars a unit issues certificates; a field of ``TEXTS`` for each language is added below."""

    legal_name = StringField(_("Legal name"), validators=[_NEEDED, _at_most(200)])
    registration_number = StringField(
        _("Registration number"),
        description=_("In the register of legal persons: IČO, MB, ЄДРПОУ, ЕИК."),
        validators=[_NEEDED, _at_most(40)],
    )
    prefix = StringField(
        _("Prefix of certificate numbers"),
        description=_("Capital letters, digits and hyphens, such as CZ-ZR. No two issuers share one."),
        validators=[_NEEDED, _at_most(20)],
    )
    place = StringField(_("Place of issue"), validators=[_NEEDED, _at_most(120)])
    accreditation = StringField(_("Accreditation number"), validators=[Optional(), _at_most(120)])
    signatory = StringField(
        _("Signatory"),
        description=_("The person who answers for the certificates, with titles."),
        validators=[_NEEDED, _at_most(120)],
    )
    logo = FileField(
        _("Logo"), description=_("A PNG picture of at most 200 kB; it stands on the upper left.")
    )
    drop_logo = BooleanField(_("Certificates carry no logo"))
    funder_logo = FileField(
        _("Logo of the funder"),
        description=_("A PNG picture of at most 200 kB; leave it out where no funder asks for one."),
    )
    drop_funder_logo = BooleanField(_("Certificates carry no logo of a funder"))


for _name, (_label, _longest) in TEXTS.items():
    for _tag in LANGUAGE_NAMES:
        setattr(
            IssuerForm, f"{_name}_{_tag}", StringField(_label, validators=[Optional(), _at_most(_longest)])
        )


class TerritoryForm(FlaskForm):
    """A file of units."""

    file = FileField(
        _("CSV file"),
        description=_("UTF-8, with a comma between columns; at most 20 MB."),
        validators=[FileRequired(_("Choose a file."))],
    )


class RevocationForm(FlaskForm):
    """Why certificates are to be good no more."""

    reason = TextAreaField(
        _("Why?"),
        description=_("The holder and whoever checks the certificate read this; write nothing about health."),
        validators=[DataRequired(_("Write the reason.")), _at_most(REASON_LIMIT)],
    )


class DecisionForm(FlaskForm):
    """Whether certificates are revoked that another person asked for, and a word on it."""

    decision = RadioField(
        _("Your decision"),
        choices=choices_of({"approve": _("Revoke all of them"), "reject": _("Reject: they all stay")}),
        validators=[InputRequired(_("Choose one of the two."))],
    )
    word = TextAreaField(
        _("Why do you decide so?"),
        description=_("This is kept in the audit trail."),
        validators=[DataRequired(_("Write in a word why you decide so.")), _at_most(REASON_LIMIT)],
    )


class TakeBackForm(DecisionForm):
    """The same for whoever asked: she can only take it back."""

    decision = RadioField(
        _("Your decision"),
        choices=choices_of({"reject": _("Take it back: they all stay")}),
        validators=[InputRequired(_("Choose one of the two."))],
        default="reject",
    )
