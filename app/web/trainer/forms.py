"""The forms by which courses are begun, filled and handed over."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import UUID, DataRequired, InputRequired, Length
from wtforms.widgets import HiddenInput

from app.domain.corrections.rules import LONGEST_REASON
from app.domain.corrections.values import Fairness
from app.domain.renewals.models import LONGEST_REASON as LONGEST_ENDING_REASON
from app.formats.course_template import LANGUAGES
from app.formats.question_formats import FORMATS, WRITABLE
from app.web.account.forms import choices_of
from app.web.labels import LANGUAGE_NAMES

_OWN_UNIT = _("Choose a unit that you may write courses for.")
_COURSE = _("Choose a course that you may change.")


class NewCourseForm(FlaskForm):
    """What a new course is called, who keeps it, and in which language it is written."""

    title = StringField(
        _("Title"),
        validators=[
            DataRequired(_("Enter a title.")),
            Length(max=200, message=_("A title has at most 200 characters.")),
        ],
    )
    slug = StringField(
        _("Name in the address"),
        description=_("Small letters a–z, digits and hyphens, such as open-data-basics. It stays for ever."),
        validators=[
            DataRequired(_("Enter a name for the address.")),
            Length(max=80, message=_("At most 80 characters.")),
        ],
    )
    owner = SelectField(
        _("Kept by"),
        description=_("This unit keeps the course and issues its certificates."),
        validators=[DataRequired(_OWN_UNIT)],
        invalid_choice_message=_OWN_UNIT,
    )
    language = SelectField(
        _("Language you write in"), choices=choices_of({tag: LANGUAGE_NAMES[tag] for tag in LANGUAGES})
    )


class UploadForm(FlaskForm):
    """A course as a ZIP archive."""

    file = FileField(
        _("ZIP archive"),
        description=_("One folder with course.yaml in it, or the files themselves; at most 200 MB."),
        validators=[FileRequired(_("Choose a ZIP archive."))],
    )
    replace = BooleanField(_("Put it in the place of a draft that is there already"))


class AddFileForm(FlaskForm):
    """A new module or question file."""

    folder = SelectField(
        _("Language"),
        validators=[DataRequired(_("Choose a language."))],
        invalid_choice_message=_("Choose a language."),
    )
    name = StringField(
        _("File name"),
        description=_(
            "Modules: a number and a name, such as 03-next.md. Questions: questions.md or questions-second.md. "
            "A translation has the same name as its source."
        ),
        validators=[
            DataRequired(_("Enter a file name.")),
            Length(max=120, message=_("At most 120 characters.")),
        ],
    )


class MediaForm(FlaskForm):
    """A picture, table, document or video."""

    file = FileField(
        _("Picture or file"),
        description=_(
            "png, jpg, webp, svg, csv or vtt up to 2 MB, pdf up to 10 MB, mp4 or webm up to 50 MB. "
            "In a module it is linked as ../media/NAME."
        ),
        validators=[FileRequired(_("Choose a file."))],
    )
    replace = BooleanField(_("Replace a file of the same name"))


class TextForm(FlaskForm):
    """One file as plain text; ``base`` is the digest of the text that the editor was opened with."""

    text = TextAreaField(_("Text of the file"))
    base = HiddenField()


class GrantForm(FlaskForm):
    """Why a learner gets one more attempt."""

    enrolment = HiddenField(validators=[UUID(_("Choose a learner from the list."))])
    reason = StringField(
        _("Reason"),
        validators=[
            DataRequired(_("Say why one more attempt is granted.")),
            Length(max=500, message=_("At most 500 characters.")),
        ],
    )


class ImportForm(FlaskForm):
    """A question file, the course that gets its questions, and its format."""

    file = FileField(
        _("Question file"),
        description=_("From Moodle or another system; at most 10 MB."),
        validators=[FileRequired(_("Choose a question file."))],
    )
    course = SelectField(
        _("Course"),
        description=_("The questions become a file of their own in its draft."),
        validators=[DataRequired(_COURSE)],
        invalid_choice_message=_COURSE,
    )
    format = SelectField(
        _("Format"),
        choices=choices_of({
            "": _("Recognise it by its content"),
            **{name: known.title for name, known in FORMATS.items()},
        }),
        invalid_choice_message=_("Choose a format."),
    )


class TakeForm(FlaskForm):
    """What was looked at: the upload, the course and its revision, signed by us."""

    upload = HiddenField(validators=[DataRequired(_("Choose the file again: this preview has gone."))])


class ExportForm(FlaskForm):
    """The format, language and state in which a bank is handed out."""

    class Meta:
        """A form of choices writes nothing."""

        csrf = False

    format = SelectField(
        _("Format"), choices=choices_of({name: FORMATS[name].title for name in WRITABLE}), default=WRITABLE[0]
    )
    language = SelectField(_("Language"))
    version = SelectField(_("State"))


class DecisionForm(FlaskForm):
    """What becomes of results that rest on a wrong key, and why; ``confirmed`` is the rule whose numbers were seen."""

    fairness = RadioField(
        _("What counts"),
        choices=choices_of({
            Fairness.NOBODY_LOSES.value: _("Nobody loses"),
            Fairness.AS_CORRECTED.value: _("As corrected"),
        }),
        validators=[InputRequired(_("Choose what counts."))],
    )
    reason = TextAreaField(
        _("Reason"),
        description=_("Learners read it in their mail and beside the question. Say what was wrong."),
        validators=[
            DataRequired(_("Write the reason.")),
            Length(max=LONGEST_REASON, message=_("Use at most %(max)d characters.")),
        ],
    )
    confirmed = HiddenField()


class ShortenForm(FlaskForm):
    """Until when certificates of older editions are valid, and why; ``edition`` is the present one as it was seen."""

    ends_on = DateField(
        _("Last day on which they are valid"), validators=[InputRequired(_("Enter the day."))]
    )
    edition = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    reason = TextAreaField(
        _("Reason"),
        description=_("The holders read it in their mail, and the register keeps it."),
        validators=[
            DataRequired(_("Write the reason.")),
            Length(max=LONGEST_ENDING_REASON, message=_("Use at most %(max)d characters.")),
        ],
    )
