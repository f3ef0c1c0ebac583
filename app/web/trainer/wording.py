"""The words for what the checker finds, what differs, and what publishing will make of it."""

from collections.abc import Mapping, Sequence
from datetime import date

from babel.dates import format_skeleton
from flask_babel import LazyString, get_locale, ngettext
from flask_babel import lazy_gettext as _

from app.domain.catalogue.rules import Change, Difference, How, Part
from app.domain.catalogue.values import CertificateRule, Finding
from app.domain.renewals.rules import days_of
from app.formats.question_exchange import Effect, Note
from app.foundation.i18n import translate
from app.web.session import actor, choose_locale
from app.workflows.revising import RuleChange

CHANGES = {
    Change.NONE: _("Nothing that learners see differs: no new version will be made."),
    Change.CORRECTION: _("Correction: enrolled learners get it at their next page."),
    Change.EDITION: _("New edition: enrolled learners finish on theirs."),
}
FIRST = _("First edition: the course will appear in the catalogue.")
DIFFERENCES = {
    (Part.COURSE, How.ADDED): _("Key “%(name)s” added"),
    (Part.COURSE, How.CHANGED): _("Key “%(name)s” changed"),
    (Part.COURSE, How.REMOVED): _("Key “%(name)s” deleted"),
    (Part.MODULE, How.ADDED): _("Module “%(name)s” added"),
    (Part.MODULE, How.CHANGED): _("Module “%(name)s” changed"),
    (Part.MODULE, How.REMOVED): _("Module “%(name)s” deleted"),
    (Part.QUESTION, How.ADDED): _("Question “%(name)s” added"),
    (Part.QUESTION, How.CHANGED): _("Question “%(name)s” changed"),
    (Part.QUESTION, How.REMOVED): _("Question “%(name)s” deleted"),
    (Part.MEDIA, How.ADDED): _("Picture or file “%(name)s” added"),
    (Part.MEDIA, How.CHANGED): _("Picture or file “%(name)s” changed"),
    (Part.MEDIA, How.REMOVED): _("Picture or file “%(name)s” deleted"),
    (Part.FILE, How.ADDED): _("File “%(name)s” added"),
    (Part.FILE, How.CHANGED): _("File “%(name)s” changed"),
    (Part.FILE, How.REMOVED): _("File “%(name)s” deleted"),
}


def told(finding: Finding) -> str:
    """Return what the checker says, in the language of the page."""
    return translate(choose_locale(), finding.message, **finding.values)


def told_note(note: Note) -> str:
    """Return a line of a loss report, in the language of the page."""
    return translate(choose_locale(), note.message, **note.values)


def losses(notes: Sequence[Note]) -> list[Note]:
    """Return of a loss report what was changed or left out."""
    return [note for note in notes if note.effect is not Effect.CARRIED]


def told_difference(difference: Difference) -> str:
    """Return what differs, in the language of the page."""
    sentence: LazyString = DIFFERENCES[difference.part, difference.how]
    return str(sentence) % {"name": difference.name}


def told_change(change: Change, is_first: bool) -> str:
    """Return what publishing will make of a course."""
    return str(FIRST if is_first else CHANGES[change])


def told_validity(rule: CertificateRule) -> str:
    """Return how long certificates are valid by a rule."""
    if rule.valid_until is not None:
        day = date.fromisoformat(f"2000-{rule.valid_until}")  # A leap year has every day.
        return str(_("until the next %(day)s", day=format_skeleton("MMMMd", day, locale=get_locale())))
    if rule.valid_for is None:
        return str(_("without end"))
    if rule.valid_for.unit == "y":
        return str(ngettext("%(num)s year", "%(num)s years", rule.valid_for.amount))
    return str(ngettext("%(num)s month", "%(num)s months", rule.valid_for.amount))


def told_revision(change: RuleChange) -> str:
    """Return how a draft changes the rule of validity, and how many people hold a certificate."""
    said = []
    if change.moves_end:
        terms = {"before": told_validity(change.before), "after": told_validity(change.after)}
        said.append(
            _("The rule of validity changes. Until now: %(before)s. Once published: %(after)s.", **terms)
        )
    if change.moves_window:
        said.append(
            ngettext(
                "Certificates can then be renewed from %(num)s day before their end, those already issued, too.",
                "Certificates can then be renewed from %(num)s days before their end, those already issued, too.",
                days_of(change.after.renewal_window),
            )
        )
    held = ngettext(
        "%(num)s person holds a valid certificate.",
        "%(num)s people hold a valid certificate.",
        change.holders,
    )
    return " ".join(str(each) for each in (*said, held))


def told_author(name: str, authors: Mapping[str, str]) -> str:
    """Return who published or changed something: herself, a colleague by name, somebody else, the operator."""
    own = actor().name
    if name == own:
        return str(_("you"))
    is_person = len(name) == len(own) and name.count("-") == own.count("-")
    return authors.get(name) or str(_("somebody else") if is_person else _("the operator"))
