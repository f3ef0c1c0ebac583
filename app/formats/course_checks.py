"""What must hold between the parts of a course: pools, control questions, hours, completion, and its surroundings."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

from app.domain.catalogue.values import LONGEST_WINDOW, Assessment, CertificateKind, Feedback, Kind
from app.formats.course_sources import Sources
from app.formats.course_yaml import FILE, MetaRead
from app.formats.question_values import QuestionSource
from app.formats.report import Report
from app.formats.surroundings import Surroundings, check_design, check_owner, check_prerequisites
from app.foundation.i18n import N_

_MINUTES = {"min": 1, "h": 60}
_PER_YEAR = {"mo": 12, "y": 1}
MOST_YEARS = 100


def check_meta(read: MetaRead, folder_name: str, surroundings: Surroundings, report: Report) -> None:
    """Check course.yaml against the folder and what is around it."""
    meta = read.meta
    if folder_name and meta.slug and meta.slug != folder_name:
        report.error(
            read.line("id"),
            N_("The id “%(id)s” must equal the folder's name “%(name)s”: change one of them."),
            id=meta.slug,
            name=folder_name,
        )
    check_owner(meta.owner, read.line("owner"), surroundings, report)
    check_prerequisites(meta.slug, meta.prerequisites, read.line("prerequisites"), surroundings, report)
    rule = meta.certificate
    if rule.kind is CertificateKind.EXAM and meta.assessment is None:
        report.error(
            read.line("certificate.kind"),
            N_(
                "A certificate of the kind exam needs a final test: write “assessment”, or “kind: attendance”."
            ),
        )
    if rule.kind is not CertificateKind.NONE:
        check_design(rule.design, rule.kind.value, read.line("certificate.design"), surroundings, report)
    _check_validity(read, surroundings, report)
    if meta.completion.attendance:
        report.error(
            read.line("completion.attendance"),
            N_("Attendance cannot be recorded yet: set it to 0."),
        )


def _check_validity(read: MetaRead, surroundings: Surroundings, report: Report) -> None:
    """Check until when certificates hold, and how they are renewed."""
    rule = read.meta.certificate
    years = rule.valid_for.amount / _PER_YEAR[rule.valid_for.unit] if rule.valid_for is not None else 0
    if years > MOST_YEARS:
        line = read.line("certificate.valid_for")
        report.error(line, N_("A certificate is valid for at most %(most)s years."), most=MOST_YEARS)
    if rule.valid_for is not None and rule.valid_until is not None:
        line = read.line("certificate.valid_until")
        report.error(line, N_("Write either “valid_for” or “valid_until”: they contradict each other."))
    if rule.renewal_window is not None and rule.renewal_window.amount > LONGEST_WINDOW:
        line = read.line("certificate.renewal_window")
        report.error(line, N_("A renewal window has at most %(most)s days."), most=LONGEST_WINDOW)
    _check_renewal_course(read, surroundings, report)
    lasts = rule.valid_for is None and rule.valid_until is None
    for name, value in (("renewal_window", rule.renewal_window), ("renewal_course", rule.renewal_course)):
        if value is not None and lasts:
            report.warn(
                read.line(f"certificate.{name}"),
                N_("“%(key)s” has no effect: these certificates do not end."),
                key=name,
            )


def _check_renewal_course(read: MetaRead, surroundings: Surroundings, report: Report) -> None:
    course, line = read.meta.certificate.renewal_course, read.line("certificate.renewal_course")
    if course is not None and course == read.meta.slug:
        report.error(line, N_("Every course renews its own certificates: name another, or delete this key."))
    elif course is not None and course not in surroundings.courses:
        report.error(line, N_("There is no course “%(course)s”: correct its id."), course=course)


def check_parts(sources: Sources, report: Report) -> None:
    """Check the parts of the source language against each other."""
    read = sources.read
    meta, own = read.meta, report.of(FILE)
    modules = sources.modules[sources.source]
    wanted = meta.completion.modules
    if wanted is not None and wanted > len(modules):
        own.error(
            read.line("completion.modules"),
            N_("%(wanted)s modules must be done, but there are %(count)s: write a smaller number or all."),
            wanted=wanted,
            count=len(modules),
        )
    questions = sources.questions[sources.source]
    for module in modules.values():
        _check_control_questions(
            module.check, module.given.get("check", 1), questions, report.of(module.file)
        )
    _check_rubrics(questions, report)
    if meta.assessment is not None:
        _check_draw(meta.assessment, read, questions, own)
        _check_markers(meta.assessment, read, questions, own)
    _check_reach(meta.assessment, questions, report)
    _check_hours(sources, own)


def _check_control_questions(
    keys: tuple[str, ...], line: int, questions: Mapping[str, QuestionSource], report: Report
) -> None:
    for key in keys:
        question = questions.get(key)
        if question is None:
            report.error(
                line, N_("“check” names “%(key)s”, but there is no such question: correct the id."), key=key
            )
        elif "practice" not in question.attributes.flags:
            report.error(
                line, N_("“check” names “%(key)s”, which may be drawn in a test: give it .practice."), key=key
            )
        elif question.kind is Kind.TASK:
            report.error(
                line, N_("“check” names “%(key)s”, which no machine can mark: name another."), key=key
            )


def _check_rubrics(questions: Mapping[str, QuestionSource], report: Report) -> None:
    """Check that the criteria of each task are worth what the task is; a translation need not repeat that."""
    for question in questions.values():
        criteria, total = question.answer.criteria, question.attributes.points or 1
        if question.kind is Kind.TASK and all(criteria) and sum(criteria) != total:
            report.of(question.file).error(
                question.line,
                N_("The criteria add up to %(sum)s points, the question has %(points)s: make them equal."),
                sum=sum(criteria),
                points=total,
            )


def is_drawable(question: QuestionSource) -> bool:
    """Tell whether a draw may take the question, if it asks for its area."""
    return not question.attributes.flags & {"practice", "retired"}


def _is_reached(question: QuestionSource, assessment: Assessment | None) -> bool:
    if assessment is None:
        return False
    return is_drawable(question) and (assessment.draw is None or question.attributes.area in assessment.draw)


def _check_draw(
    assessment: Assessment, read: MetaRead, questions: Mapping[str, QuestionSource], report: Report
) -> None:
    drawable = [question for question in questions.values() if is_drawable(question)]
    areas = {question.attributes.area for question in questions.values()}
    pools = Counter(question.attributes.area for question in drawable)
    if not drawable:
        report.error(
            read.line("assessment"), N_("There is no question that the final test can draw: write some.")
        )
    if assessment.draw is None:
        _warn_of_copies(assessment, len(drawable), len(drawable), read.line("assessment.draw"), report)
        return
    for area, number in assessment.draw.items():
        line = read.line(f"assessment.draw.{area}")
        if area not in areas:
            report.error(line, N_("No question has the area “%(area)s”: correct its name."), area=area)
        elif pools[area] < (number or 1):
            report.error(
                line,
                N_(
                    "%(number)s questions are drawn of the area “%(area)s”, which has %(pool)s: write more questions."
                ),
                number=number or 1,
                area=area,
                pool=pools[area],
            )
        else:
            _warn_of_copies(assessment, pools[area] if number is None else number, pools[area], line, report)


def _check_markers(
    assessment: Assessment, read: MetaRead, questions: Mapping[str, QuestionSource], report: Report
) -> None:
    is_marked = any(
        question.kind is Kind.TASK and _is_reached(question, assessment) for question in questions.values()
    )
    if assessment.markers > 1 and not is_marked:
        report.warn(
            read.line("assessment.markers"),
            N_("Two people shall mark, but no draw can reach a task: write one, or delete “markers”."),
        )


def _warn_of_copies(assessment: Assessment, number: int, pool: int, line: int, report: Report) -> None:
    is_told = assessment.attempts != 1 and assessment.feedback is Feedback.AFTER_SUBMIT
    if is_told and number * 3 > pool * 2:
        report.warn(
            line,
            N_(
                "%(number)s of %(pool)s questions are drawn: a second attempt would be a copy of the first. Draw at"
                " most two thirds, or give feedback after-pass."
            ),
            number=number,
            pool=pool,
        )


def _check_reach(
    assessment: Assessment | None, questions: Mapping[str, QuestionSource], report: Report
) -> None:
    for question in questions.values():
        own = report.of(question.file)
        if not is_drawable(question):
            continue
        if not _is_reached(question, assessment):
            own.warn(
                question.line,
                N_(
                    "No draw can reach question “%(key)s”: name its area in course.yaml, or give it .practice."
                ),
                key=question.key,
            )


def _check_hours(sources: Sources, report: Report) -> None:
    meta = sources.read.meta
    limit = meta.assessment.time_limit if meta.assessment is not None else None
    minutes = sum(module.minutes for module in sources.modules[sources.source].values())
    minutes += limit.amount * _MINUTES[limit.unit] if limit is not None else 0
    if abs(meta.hours * 60 - minutes) * 4 > meta.hours * 60:
        report.warn(
            sources.read.line("hours"),
            N_(
                "The course takes %(hours)s hours, but its modules and test add up to %(sum)s: correct one of the two."
            ),
            hours=meta.hours,
            sum=Decimal(minutes * 100 // 60) / 100,
        )
