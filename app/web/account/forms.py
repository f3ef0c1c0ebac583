"""The forms by which people come in and look after their account."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, EqualTo, Length, Optional

from app.foundation.i18n import LOCALES
from app.web.labels import AUDIENCES, GENDERS, LOCALE_NAMES

ZONES = ("Europe/Prague", "Europe/Belgrade", "Europe/Kyiv", "Europe/Sofia", "UTC")
_PASSWORD = Length(max=128, message=_("A password has at most 128 characters."))


def choices_of(words: Mapping[str, object]) -> list[SelectChoice]:
    """Return choices with their words, as a field wants them."""
    return [SelectChoice(value=value, label=label) for value, label in words.items()]


class LoginForm(FlaskForm):
    """E-mail and password."""

    email = EmailField(
        _("E-mail"),
        validators=[
            DataRequired(_("Enter your e-mail.")),
            Length(max=254, message=_("This e-mail is too long.")),
        ],
    )
    password = PasswordField(_("Password"), validators=[DataRequired(_("Enter your password.")), _PASSWORD])


class ResetForm(FlaskForm):
    """Where to send the link for a new password."""

    email = EmailField(
        _("E-mail"),
        validators=[
            DataRequired(_("Enter your e-mail.")),
            Length(max=254, message=_("This e-mail is too long.")),
        ],
    )


class NewPasswordForm(FlaskForm):
    """A new password, typed twice."""

    password = PasswordField(
        _("New password"),
        description=_(
            "12 to 128 characters, whichever you like: three or four words in a row are easy to remember. "
            "Not your name, e-mail or municipality, and no pattern such as 123456789012."
        ),
        validators=[DataRequired(_("Choose a password.")), _PASSWORD],
    )
    again = PasswordField(
        _("The same password once more"),
        validators=[
            DataRequired(_("Type the password once more.")),
            EqualTo("password", message=_("The two passwords differ.")),
        ],
    )


class ChangePasswordForm(NewPasswordForm):
    """The present password, and a new one typed twice."""

    present = PasswordField(
        _("Present password"), validators=[DataRequired(_("Enter your present password.")), _PASSWORD]
    )


class ProfileForm(FlaskForm):
    """What a person may change of herself."""

    job_title = StringField(
        _("Job title"), validators=[Optional(), Length(max=120, message=_("At most 120 characters."))]
    )
    target_group = SelectField(_("You work as"), choices=choices_of(AUDIENCES))
    gender = RadioField(
        _("Gender"),
        choices=choices_of(GENDERS),
        description=_("Only for the statistics that a funder asks for; you need not say."),
    )
    locale = SelectField(
        _("Language"), choices=choices_of({locale: LOCALE_NAMES[locale] for locale in LOCALES})
    )
    time_zone = SelectField(
        _("Time zone"),
        choices=choices_of({"": _("That of my municipality"), **dict(zip(ZONES, ZONES, strict=True))}),
    )
