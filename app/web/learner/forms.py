"""The form by which a learner says what she thinks of a course."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import RadioField, TextAreaField
from wtforms.validators import InputRequired, Length

from app.domain.surveys.values import LONGEST_COMMENT, RATINGS, Aspect
from app.web.account.forms import choices_of

_WORDED = {1: _("1 – not at all"), RATINGS[-1]: _("5 – very much")}
_RATINGS = {str(rating): _WORDED.get(rating, str(rating)) for rating in RATINGS}
ASPECTS = {
    Aspect.PRACTICAL: _("Is the course practical?"),
    Aspect.USABLE: _("Can you use it in your work?"),
    Aspect.EXPLAINED: _("Is it well explained?"),
    Aspect.INTERACTIVE: _("Is it interactive: are there enough questions and exercises?"),
}


_UNANSWERED = {
    Aspect.PRACTICAL: _("Say from 1 to 5 how practical the course is."),
    Aspect.USABLE: _("Say from 1 to 5 how much of it you can use in your work."),
    Aspect.EXPLAINED: _("Say from 1 to 5 how well it is explained."),
    Aspect.INTERACTIVE: _("Say from 1 to 5 how interactive it is."),
}


def _rating(aspect: Aspect) -> RadioField:
    return RadioField(
        ASPECTS[aspect],
        choices=choices_of(_RATINGS),
        validators=[InputRequired(_UNANSWERED[aspect])],
    )


class SurveyForm(FlaskForm):
    """Four ratings, and whatever else she wants to say."""

    practical = _rating(Aspect.PRACTICAL)
    usable = _rating(Aspect.USABLE)
    explained = _rating(Aspect.EXPLAINED)
    interactive = _rating(Aspect.INTERACTIVE)
    comment = TextAreaField(
        _("What should we keep, what should we change?"),
        description=_("Do not write names, neither yours nor those of others."),
        validators=[Length(max=LONGEST_COMMENT, message=_("Use at most %(max)d characters."))],
    )
