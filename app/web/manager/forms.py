"""The forms by which people are looked after."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from app.domain.people.rules import (
    LONGEST_EMAIL,
    LONGEST_JOB_TITLE,
    LONGEST_LATIN_NAME,
    LONGEST_NAME,
    LONGEST_PASSWORD,
)
from app.foundation.i18n import LOCALES
from app.web.account.forms import choices_of
from app.web.labels import AUDIENCES, GENDERS, LOCALE_NAMES
from app.workflows.adjusting import MOST_MINUTES, MOST_PERCENT, REASON_LIMIT

STATES = {"active": _("Active"), "invited": _("Invited"), "deactivated": _("Deactivated")}
"""How a person stands: she has a password, has none yet, or is let in no more."""


def _at_most(number: int) -> Length:
    return Length(max=number, message=_("Use at most %(max)d characters."))


class PersonForm(FlaskForm):
    """What is entered about a person; where her units are many, one is typed and then chosen."""

    family_name = StringField(
        _("Family name"), validators=[DataRequired(_("Enter the family name.")), _at_most(LONGEST_NAME)]
    )
    given_name = StringField(
        _("Given name"), validators=[DataRequired(_("Enter the given name.")), _at_most(LONGEST_NAME)]
    )
    family_name_latin = StringField(
        _("Family name in Latin letters"), validators=[Optional(), _at_most(LONGEST_LATIN_NAME)]
    )
    given_name_latin = StringField(
        _("Given name in Latin letters"),
        description=_("Leave both empty, and they are written by the official rule of the language."),
        validators=[Optional(), _at_most(LONGEST_LATIN_NAME)],
    )
    email = EmailField(
        _("E-mail"),
        description=_("For signing in; the invitation goes there."),
        validators=[DataRequired(_("Enter the e-mail.")), _at_most(LONGEST_EMAIL)],
    )
    unit = StringField(
        _("Municipality or office"),
        description=_("Its name or its code."),
        validators=[DataRequired(_("Say where this person works.")), _at_most(200)],
    )
    choice = RadioField(_("Which of these?"), choices=[], validate_choice=False)
    target_group = SelectField(_("Works as"), choices=choices_of(AUDIENCES))
    job_title = StringField(_("Job title"), validators=[Optional(), _at_most(LONGEST_JOB_TITLE)])
    locale = SelectField(
        _("Language"),
        description=_("Of the pages and mails; everyone can change it in the own profile."),
        choices=choices_of({locale: LOCALE_NAMES[locale] for locale in LOCALES}),
    )
    gender = RadioField(
        _("Gender"),
        choices=choices_of(GENDERS),
        default="",
        description=_("Only for the statistics that a funder asks for; it may stay empty."),
    )


class PersonOfFewForm(PersonForm):
    """The same where the units are few enough to be picked from a list."""

    unit = SelectField(
        _("Municipality or office"), validators=[DataRequired(_("Say where this person works."))]
    )


class AttemptForm(FlaskForm):
    """Why somebody may try the test once more."""

    reason = TextAreaField(
        _("Why is one more attempt granted?"),
        description=_("The reason is kept in the audit trail; do not write about health or family."),
        validators=[DataRequired(_("Say why one more attempt is granted.")), _at_most(300)],
    )


_KEPT = _("The reason is kept in the audit trail; do not write about health or family.")


def _reason(label: object, words: object) -> TextAreaField:
    return TextAreaField(label, description=_KEPT, validators=[DataRequired(words), _at_most(REASON_LIMIT)])


class TimeForm(FlaskForm):
    """How much more time somebody has in one attempt, and why."""

    minutes = IntegerField(
        _("How many more minutes?"),
        validators=[
            InputRequired(_("Enter the minutes as a whole number.")),
            NumberRange(1, MOST_MINUTES, _("Give from %(min)d to %(max)d minutes.")),
        ],
    )
    reason = _reason(_("Why is more time given?"), _("Write the reason."))


class AnnulmentForm(FlaskForm):
    """Why an attempt counts no more, and whether another is given in its place."""

    reason = _reason(_("Why is the attempt annulled?"), _("Write the reason."))
    gives_back = BooleanField(_("Give the learner another attempt in its place"), default=True)


class AccommodationForm(FlaskForm):
    """How much more time somebody has in every test, and why."""

    percent = IntegerField(
        _("How much more time, in percent?"),
        description=_("50 makes one hour into an hour and a half; 0 ends it."),
        validators=[
            InputRequired(_("Enter the percent as a whole number.")),
            NumberRange(0, MOST_PERCENT, _("Give from %(min)d to %(max)d percent.")),
        ],
    )
    reason = _reason(_("Why?"), _("Write the reason."))


class NameForm(FlaskForm):
    """Which certificates bear a wrong name, the right one, and why."""

    codes = SelectMultipleField(
        _("Which certificates?"),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validate_choice=False,
    )
    family_name = StringField(
        _("Family name"), validators=[DataRequired(_("Enter the family name.")), _at_most(LONGEST_NAME)]
    )
    given_name = StringField(
        _("Given name"), validators=[DataRequired(_("Enter the given name.")), _at_most(LONGEST_NAME)]
    )
    family_name_latin = StringField(
        _("Family name in Latin letters"), validators=[Optional(), _at_most(LONGEST_LATIN_NAME)]
    )
    given_name_latin = StringField(
        _("Given name in Latin letters"),
        description=_("Leave both empty, and they are written by the official rule of the language."),
        validators=[Optional(), _at_most(LONGEST_LATIN_NAME)],
    )
    reason = TextAreaField(
        _("Why was the name wrong?"),
        description=_("Whoever checks an old certificate reads this; do not write about health or family."),
        validators=[DataRequired(_("Write the reason.")), _at_most(REASON_LIMIT)],
    )


class DuplicateForm(FlaskForm):
    """Why a duplicate of a certificate is needed."""

    reason = TextAreaField(
        _("Why is a duplicate needed?"),
        description=_("Whoever checks the old certificate reads this; do not write about health or family."),
        validators=[DataRequired(_("Write the reason.")), _at_most(REASON_LIMIT)],
    )


class ErasureForm(FlaskForm):
    """The password of whoever erases a person, and that she has read what goes."""

    is_sure = BooleanField(
        _("I have read what goes and what stays"), validators=[InputRequired(_("Tick this first."))]
    )
    present = PasswordField(
        _("Your password"),
        description=_("So that nobody erases people from a computer you left open."),
        validators=[DataRequired(_("Enter your password.")), _at_most(LONGEST_PASSWORD)],
    )
