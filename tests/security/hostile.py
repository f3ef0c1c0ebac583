"""Hostile texts wherever people and trainers write: in modules, questions, titles, names, units, files, reasons."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.access.values import Actor, Role
from app.domain.catalogue import service as catalogue
from app.domain.catalogue.models import CourseDraft
from app.domain.catalogue.values import CertificateKind, CertificateRule, Question
from app.domain.certificates.models import Certificate
from app.domain.people import service as persons
from app.domain.people.values import Profile
from app.domain.territory import queries as territory
from app.domain.territory import service as units
from app.domain.territory.values import UnitRow
from app.formats.course_folder import read_course
from app.formats.surroundings import Surroundings
from app.foundation import audit, clock, files, mail, settings
from app.foundation.db import session, transaction
from app.workflows import certifying, learning, sitting
from tests import world
from tests.security.stage import CENTRE, HOME, Stage

PAYLOADS = tuple((Path(__file__).parent / "payloads" / "markup.txt").read_text("utf-8").splitlines())
PLACE = "CZ-P61151"
"""The unit below which all of them live."""
ABOUT = """\
id: {slug}
owner: CZ
track: other
languages: [en]
title: {title}
summary: {title}
objectives: [{title}]
authors: [{title}]
hours: 1
form: distance
law_as_of: 2026-01-01
certificate:
  kind: none
"""
TEST = "assessment:\n  draw: all\n  attempts: 2\n  cooldown: 0\n"
MODULE = "---\ntitle: {title}\nminutes: 1\n---\n{text}\n"
QUESTION = """\
## What is {text} {{#q-{place}}}

More of {text}

- [x] First {text}
- [ ] other
  > Feedback {text}

> Explained {text}
"""


@dataclass
class Hostile:
    """Where the texts stand once they are published, and how many were taken."""

    addresses: list[str] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)
    cookie: str = ""


def plant(stage: Stage) -> Hostile:
    """Write every payload wherever somebody writes, and return where to look."""
    made = Hostile()
    with stage.acting():
        viewer = _viewer(made)
        _plant_titles(made)
        _plant_modules(made, viewer)
        _plant_questions(made, viewer)
        _plant_units(made)
        _plant_people(made)
        _plant_draft(made)
        _plant_papers(made, viewer)
    return made


def _viewer(made: Hostile) -> Actor:
    """Somebody who may see everything and whose own name is hostile, which stands on every page."""
    name = '"><img src=x onerror=alert(1)>'
    person = world.person("viewer@example.org", "596230", name, name, ((Role.ADMIN, None),))
    made.cookie = person.session_token
    return world.act_as(person)


def _publish(slug: str, given: dict[str, str]) -> tuple[Question, ...]:
    """Publish a course without the files that the checker refuses; return its questions."""
    source = {path: text.encode() for path, text in given.items()}
    reading = read_course(slug, source, Surroundings(), limited=False)
    while refused := {finding.file for finding in reading.findings if finding.is_error} & set(source):
        source = {path: data for path, data in source.items() if path not in refused}
        reading = read_course(slug, source, Surroundings(), limited=False)
    assert reading.draft is not None, [finding for finding in reading.findings if finding.is_error][:5]
    kept = {path: (files.store().put(data), None) for path, data in source.items()}
    with transaction():
        catalogue.publish(reading.draft, territory.get_unit("CZ"), kept, "test")
    return reading.draft.questions


def _plant_titles(made: Hostile) -> None:
    for place, payload in enumerate(PAYLOADS):
        about = ABOUT.format(slug=f"title-{place}", title=json.dumps(payload, ensure_ascii=False))
        _publish(
            f"title-{place}",
            {"course.yaml": about, "en/01-first.md": "---\ntitle: First\nminutes: 60\n---\nx\n"},
        )
    made.taken["titles"] = len(PAYLOADS)
    made.addresses += ["/", "/courses", *(f"/courses/title-{place}" for place in range(0, len(PAYLOADS), 30))]


def _plant_modules(made: Hostile, viewer: Actor) -> None:
    texts = {
        f"en/{place + 1:03}-m{place}.md": MODULE.format(title=json.dumps(text, ensure_ascii=False), text=text)
        for place, text in enumerate(PAYLOADS)
    }
    about = ABOUT.format(slug="hostile-modules", title='"Modules"').replace("hours: 1", "hours: 4.5")
    _publish("hostile-modules", {"course.yaml": about, **texts})
    learning.enrol(viewer, "hostile-modules")
    version = learning.catalogue.get_newest("hostile-modules")[1]
    modules = learning.catalogue.list_modules(version.id, "en")
    made.taken["modules"] = len(modules)
    made.addresses += ["/learn/hostile-modules", "/learn/hostile-modules/print", "/courses/hostile-modules"]
    made.addresses += [f"/learn/hostile-modules/{module.address}" for module in modules[::9]]


def _plant_questions(made: Hostile, viewer: Actor) -> None:
    banks = {
        f"en/questions-{place}.md": QUESTION.format(text=text, place=place)
        for place, text in enumerate(PAYLOADS)
    }
    about = ABOUT.format(slug="hostile-questions", title='"Questions"') + TEST
    module = "---\ntitle: First\nminutes: 60\n---\nx\n"
    questions = _publish("hostile-questions", {"course.yaml": about, "en/01-first.md": module, **banks})
    made.taken["questions"] = len(questions)
    learning.enrol(viewer, "hostile-questions")
    learning.finish_module(viewer, "hostile-questions", "first")
    attempt = sitting.start_attempt(viewer, "hostile-questions")
    wrong = {
        f"q{place}": [str(index)]
        for place, question in enumerate(world.paper_of(viewer, attempt), 1)
        for index, told in enumerate(question.answer_key.feedback)
        if told
    }
    sitting.submit_attempt(viewer, attempt.public_id, wrong)
    made.addresses.append(f"/attempts/{attempt.public_id}/result")
    made.addresses.append(f"/attempts/{sitting.start_attempt(viewer, 'hostile-questions').public_id}")
    made.addresses.append("/learn/hostile-questions/test")


def _plant_units(made: Hostile) -> None:
    rows = [
        UnitRow(f"9{place:04}", PLACE, "CZ", "municipality", text, text)
        for place, text in enumerate(PAYLOADS)
    ]
    with transaction():
        units.apply_rows(rows)
    made.taken["units"] = len(rows)
    made.addresses += [
        f"/reports/progress?unit={PLACE}",
        f"/reports/coverage?unit={PLACE}",
        f"/reports/certificates?unit={PLACE}",
        f"/admin/territory/units/{PLACE}",
        "/admin/issuers?q=alert",
        "/admin/territory?q=alert",
        "/manage/people/new",
        "/admin/roles/new",
        "/teach/courses/new",
    ]


def _plant_people(made: Hostile) -> None:
    with transaction():
        world.publish(
            world.course("attended", assessment=None, certificate=CertificateRule(CertificateKind.NONE))
        )
    for place, text in enumerate(PAYLOADS):
        profile = Profile(f"h{place}@example.org", text, text, text, text, "official", text, "en")
        with transaction():
            person = persons.add(profile, territory.get_unit(f"9{place:04}"))
            if place % 9 == 0:
                persons.grant(person, "coordinator", territory.get_unit(f"9{place:04}"), text)
        if place % 3 == 0:
            actor = world.act_as(person)
            learning.enrol(actor, "attended")
            for address in ("first", "second") if place % 2 else ("first",):
                learning.finish_module(actor, "attended", address)
        if place % 90 == 0:
            made.addresses += [
                f"/manage/people/{person.public_id}",
                f"/manage/people/{person.public_id}/edit",
            ]
    made.taken["people"] = len(PAYLOADS)
    made.addresses += [
        f"/manage/people?unit={PLACE}&page={page}" for page in range(1, len(PAYLOADS) // 50 + 2)
    ]
    made.addresses += [f"/reports/progress/people?unit={PLACE}&page={page}" for page in (1, 2)]
    made.addresses += [f"/reports/completions?unit={PLACE}", "/admin/roles", "/admin/audit", "/learn"]


def _plant_draft(made: Hostile) -> None:
    """A draft whose files have hostile names and texts, which the checker speaks about."""
    kept = {
        f"media/{text.replace('/', '∕')[:90]}.png": files.store().put(text.encode()) for text in PAYLOADS[::8]
    }
    kept |= {
        f"en/{text.replace('/', '∕')[:90]}.md": files.store().put(text.encode()) for text in PAYLOADS[::8]
    }
    whole = "\n\n".join(PAYLOADS)
    kept["en/01-first.md"] = files.store().put(f"---\ntitle: x\nminutes: 9\n---\n{whole}".encode())
    kept["course.yaml"] = files.store().put("\n".join(f"{json.dumps(text)}: 1" for text in PAYLOADS).encode())
    unit = territory.get_unit(CENTRE[HOME])
    with transaction():
        session().add(
            CourseDraft(
                slug="hostile-draft",
                owner_unit_id=unit.id,
                owner_path=unit.path,
                files=kept,
                changed_at=clock.now(),
                changed_by=PAYLOADS[0],
            )
        )
    made.taken["files"] = len(kept)
    made.addresses += [
        "/teach/courses",
        "/teach/courses/hostile-draft",
        "/teach/courses/hostile-draft/files/course.yaml",
        "/teach/courses/hostile-draft/files/en/01-first.md",
    ]


def _plant_papers(made: Hostile, viewer: Actor) -> None:
    """Reasons, trails, letters: what people write to each other."""
    whole = " ".join(PAYLOADS)
    code = session().query(Certificate).order_by(Certificate.id).first().code
    certifying.revoke(Actor.system("test"), code, whole[:490])
    with transaction():
        for text in PAYLOADS[::3]:
            audit.record(text[:80], "person.change", text[:200], reason=text, unit=text)
        mail.post("h0@example.org", whole[:290], whole, whole)
        letter = session().query(mail.MailMessage).order_by(mail.MailMessage.id.desc()).first()
    mail.send(mail.compose(letter, settings.current()), settings.current())
    made.addresses += [f"/verify/{code}", f"/admin/mail/{letter.public_id}", "/admin/mail", "/admin/audit"]
    made.addresses += ["/account/profile", "/certificates", f"/admin/audit?actor={viewer.name}"]
