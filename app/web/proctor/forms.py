"""The forms by which dates are set and watched over."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, EmailField, RadioField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length

from app.domain.examinations.rules import LONGEST_PLACE, LONGEST_TEXT
from app.web.account.forms import choices_of
from app.web.labels import PROOFS


def _at_most(number: int) -> Length:
    return Length(max=number, message=_("Use at most %(max)d characters."))


class DateForm(FlaskForm):
    """A test at a place; where one's units are many, one is typed and then chosen."""

    course = SelectField(_("Which test?"), validators=[DataRequired(_("Choose the test."))])
    unit = StringField(
        _("In which municipality or office?"),
        description=_("Its name or its code."),
        validators=[DataRequired(_("Say where the test is sat.")), _at_most(200)],
    )
    choice = RadioField(_("Which of these?"), choices=[], validate_choice=False)
    place = StringField(
        _("Building and room"),
        validators=[DataRequired(_("Say where: the building and the room.")), _at_most(LONGEST_PLACE)],
    )
    day = DateField(_("Day"), validators=[InputRequired(_("Enter the day."))])
    opens = TimeField(
        _("From"),
        description=_("Hours and minutes as clocks show them at that place."),
        validators=[InputRequired(_("Enter when the test may begin."))],
    )
    closes = TimeField(
        _("To"),
        description=_(
            "Every attempt ends then at the latest; who has more time for tests has more here, too."
        ),
        validators=[InputRequired(_("Enter when the test ends."))],
    )
    proctor = EmailField(
        _("E-mail of who supervises"),
        description=_("One of your people; a mail tells her. Whoever supervises cannot sit the test there."),
        validators=[DataRequired(_("Enter the e-mail of who supervises.")), _at_most(254)],
    )


class DateOfFewForm(DateForm):
    """The same where the units are few enough to be picked from a list."""

    unit = SelectField(
        _("In which municipality or office?"), validators=[DataRequired(_("Say where the test is sat."))]
    )


class PeopleForm(FlaskForm):
    """Nothing but the proof that the form is ours; the people are read from its boxes."""


class IncidentForm(FlaskForm):
    """What happened, and to whom."""

    seat = RadioField(_("Whom does it concern?"), choices=[], default="")
    text = TextAreaField(
        _("What happened?"),
        description=_("It stands in the protocol and cannot be changed. Do not write about health."),
        validators=[DataRequired(_("Write what happened.")), _at_most(LONGEST_TEXT)],
    )


class CancelForm(FlaskForm):
    """Why a date does not take place."""

    reason = TextAreaField(
        _("Why does it not take place?"),
        description=_("Everyone who is named reads this in a mail."),
        validators=[DataRequired(_("Write the reason.")), _at_most(LONGEST_TEXT)],
    )


class ProofForm(FlaskForm):
    """By what somebody was known."""

    proof = RadioField(
        _("How do you know who this is?"),
        choices=choices_of(PROOFS),
        validators=[InputRequired(_("Choose one of these."))],
    )


class EndForm(FlaskForm):
    """Why somebody's attempt ends before its time."""

    text = TextAreaField(
        _("Why does this attempt end now?"),
        description=_("It stands in the protocol and cannot be changed. Do not write about health."),
        validators=[DataRequired(_("Write what happened.")), _at_most(LONGEST_TEXT)],
    )
