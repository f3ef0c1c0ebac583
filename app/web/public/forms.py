"""The forms by which anyone checks a certificate."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField
from wtforms.validators import DataRequired, Length

LARGEST = 1_000_000
"""Bytes of a file; a certificate has a tenth of it."""
_END_OF_CODE = _("Enter the last five letters of the code.")


class PublicForm(FlaskForm):
    """A form of anybody's, who gets no cookie by it."""

    class Meta:
        """Without a token: nothing is written."""

        csrf = False


class DocumentForm(PublicForm):
    """A certificate as a file."""

    file = FileField(
        _("Certificate as a PDF"),
        description=_("At most 1 MB. The file is compared and not kept."),
        validators=[FileRequired(_("Choose the PDF of the certificate."))],
    )


class NameForm(PublicForm):
    """What stands on the certificate only: the end of its code."""

    group = StringField(
        _("Last group of the code"),
        description=_("The last five letters and digits of the code on the certificate."),
        validators=[DataRequired(_END_OF_CODE), Length(max=60, message=_END_OF_CODE)],
    )
