"""Questions taken over: whole or not at all, once however often it is asked, and only by whom it belongs to."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.catalogue.models import CourseDraft
from app.foundation.audit import AuditEntry
from app.foundation.db import session
from app.foundation.errors import Conflict, Invalid, NotFound, Refused
from app.workflows import drafting, exchanging, inspecting
from app.workflows.exchanging import Upload
from tests import world

SYSTEM = Actor.system("test")
UPLOAD = Upload("exam.gift", b"::First::One?{T}\n\n::Second::Two?{=2}\n")
AT_ONCE = 8


@pytest.fixture
def course(app, land):
    drafting.begin_course(SYSTEM, "my-course", "CZ", "My course", "en")
    return "my-course"


def state():
    """Return what is written down: the draft's files and revision, and how often questions came in."""
    session().rollback()
    row = session().scalars(select(CourseDraft)).one()
    actions = [entry.action for entry in session().scalars(select(AuditEntry))]
    return dict(row.files), row.revision, actions.count("questions.import")


def test_pressed_at_once_by_eight_it_is_done_once(app, course):
    revision = inspecting.open_course(SYSTEM, course).revision
    gate = Barrier(AT_ONCE, timeout=60)

    def press(_number):
        with app.app_context():
            gate.wait()
            return exchanging.take_over(SYSTEM, course, UPLOAD, revision)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        taken = list(threads.map(press, range(AT_ONCE)))
    assert sorted(each.is_new for each in taken) == [False] * (AT_ONCE - 1) + [True]
    assert {each.paths for each in taken} == {("en/questions-exam.md",)}
    files, now, times = state()
    assert "en/questions-exam.md" in files
    assert (now, times) == (revision + 1, 1)


def test_a_draft_that_changed_since_it_was_seen_stays_as_it_is(course):
    revision = inspecting.open_course(SYSTEM, course).revision
    drafting.add_text(SYSTEM, course, "en", "03-next.md")
    before = state()
    with pytest.raises(Conflict):
        exchanging.take_over(SYSTEM, course, UPLOAD, revision)
    assert state() == before


def test_planning_and_exporting_write_nothing(course):
    before = state()
    made = exchanging.plan(SYSTEM, course, UPLOAD)
    shown, findings = exchanging.show(SYSTEM, made)
    assert [question.key for question in shown.questions] == ["first", "second"]
    assert findings == ()
    assert exchanging.export(SYSTEM, course, "gift").count > 0
    assert state() == before


def test_an_upload_without_a_question_is_refused(course):
    before = state()
    with pytest.raises(Invalid):
        exchanging.take_over(SYSTEM, course, Upload("x.gift", b"Only a text.\n"))
    assert state() == before


@pytest.mark.parametrize(
    ("role", "error"), [(("trainer", "RS-APV"), NotFound), (("coordinator", "CZ"), Refused), (None, Refused)]
)
def test_nobody_else_may_look_take_or_hand_out(course, role, error):
    before = state()
    person = world.person("other@example.org", "80039", roles=(role,) if role else ())
    actor = world.act_as(person)
    acts = (
        lambda: exchanging.plan(actor, course, UPLOAD),
        lambda: exchanging.take_over(actor, course, UPLOAD),
        lambda: exchanging.export(actor, course, "gift"),
        lambda: exchanging.note_export(actor, course, "gift", 1),
        lambda: drafting.add_files(actor, course, {"en/questions-x.md": b""}, 1, "x"),
    )
    for act in acts:
        with pytest.raises(error):
            act()
    assert state() == before
