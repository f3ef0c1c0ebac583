"""Courses are read, compared and published the same way by command and browser, on both engines."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.catalogue import queries as catalogue
from app.domain.catalogue.rules import Change
from app.domain.territory import queries as territory
from app.domain.territory import service as units
from app.formats.course_template import new_course
from app.foundation.audit import AuditEntry
from app.foundation.db import db, session, transaction
from app.foundation.errors import Conflict, Invalid, NotFound, Refused
from app.workflows import drafting, inspecting, publishing
from app.workflows.publishing import Seen
from tests import world

COURSES = Path(__file__).parent.parent.parent / "courses"
SYSTEM = Actor.system("test")
ABLE = replace(world.ISSUER, accreditation="AK-1", legal_line={"en": "By law."})


@pytest.fixture
def trainer(land):
    return world.act_as(world.person("trainer@example.org", "595209", "Malá", "Iva", (("trainer", "CZ"),)))


def write(root, slug="my-course", owner="CZ", **changes):
    """Write the template of a course into a folder, some texts of it replaced."""
    for path, content in new_course(slug, owner, "en", "My course").items():
        file = root / slug / path
        file.parent.mkdir(parents=True, exist_ok=True)
        text = content.decode()
        for old, new in changes.get(path.rpartition("/")[2].partition(".")[0].replace("-", "_"), ()):
            assert old in text
            text = text.replace(old, new)
        file.write_bytes(text.encode())
    return root / slug


def sync(root):
    return {done.slug: done for done in publishing.sync(SYSTEM, root)}


def edit(actor, path, old, new, slug="my-course"):
    """Change a file as the editor does."""
    bench = inspecting.open_course(actor, slug)
    opened = inspecting.get_file(actor, bench, path)
    assert old in opened.text
    return drafting.save_text(actor, slug, path, opened.text.replace(old, new), opened.digest)


def publish(actor, slug="my-course"):
    bench = inspecting.open_course(actor, slug)
    return drafting.publish(actor, slug, Seen(bench.revision, bench.label))


def begun(actor, slug="my-course"):
    drafting.begin_course(actor, slug, "CZ", "My course", "en")
    return slug


# The operator's way.


def test_what_was_synced_is_exported_byte_for_byte(land):
    with transaction():
        for place, code in enumerate(("CZ-O6115", "RS-APV"), start=1):
            units.keep_issuer(territory.get_unit(code), replace(world.ISSUER, prefix=f"X{place}"))
        units.keep_issuer(territory.get_unit("CZ"), ABLE)
    done = sync(COURSES)
    programmes = {file.stem for file in COURSES.glob("programmes/*.yaml")}
    assert set(done) == {"basic-registers", "office-procedures", "open-data-basics"} | programmes
    assert [each.findings for each in done.values() if each.is_refused] == []
    for slug in done.keys() - programmes:
        folder = COURSES / slug
        files = {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for file in folder.rglob("*")
            if file.is_file()
        }
        assert publishing.export(SYSTEM, slug) == files
    assert not any(published.is_new for published in sync(COURSES).values())


def test_odd_line_ends_and_comments_come_back(land, tmp_path):
    folder = write(tmp_path)
    file = folder / "en" / "01-first-module.md"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert sync(tmp_path)["my-course"].is_new
    assert publishing.export(SYSTEM, "my-course")["en/01-first-module.md"] == file.read_bytes()


def test_the_same_content_in_other_bytes_is_kept_without_a_version(land, tmp_path):
    folder = write(tmp_path)
    sync(tmp_path)
    yaml = folder / "course.yaml"
    yaml.write_bytes(b"# A remark for those who come after.\n" + yaml.read_bytes())
    again = sync(tmp_path)["my-course"]
    assert (again.version.label, again.is_new, again.is_refreshed) == ("1.0", False, True)
    assert publishing.export(SYSTEM, "my-course")["course.yaml"] == yaml.read_bytes()
    assert not sync(tmp_path)["my-course"].is_refreshed


def test_a_broken_course_leaves_the_others_untouched(land, tmp_path):
    write(tmp_path, "broken", course=[("hours: 1 ", "hours: some ")])
    write(tmp_path, "whole")
    done = sync(tmp_path)
    assert done["broken"].is_refused
    assert done["broken"].version is None
    assert done["whole"].version.label == "1.0"
    assert {finding.file for finding in done["broken"].findings if finding.is_error} == {"course.yaml"}


def test_courses_are_published_after_those_that_they_presuppose(land, tmp_path):
    write(tmp_path, "advanced", course=[("prerequisites: []", "prerequisites: [basics]")])
    write(tmp_path, "basics")
    assert [done.slug for done in publishing.sync(SYSTEM, tmp_path)] == ["basics", "advanced"]


def test_a_course_is_refused_with_the_one_that_it_presupposes(land, tmp_path):
    write(tmp_path, "advanced", course=[("prerequisites: []", "prerequisites: [basics]")])
    write(tmp_path, "basics", course=[("hours: 1 ", "hours: some ")])
    done = sync(tmp_path)
    assert done["advanced"].is_refused
    assert "basics" in done["advanced"].findings[0].values.values()


def test_courses_that_presuppose_each_other_are_both_refused(land, tmp_path):
    write(tmp_path, "one", course=[("prerequisites: []", "prerequisites: [two]")])
    write(tmp_path, "two", course=[("prerequisites: []", "prerequisites: [one]")])
    assert all(done.is_refused for done in sync(tmp_path).values())


def test_a_link_is_refused_and_never_followed(land, tmp_path):
    folder = write(tmp_path)
    Path(folder / "en" / "03-secret.md").symlink_to("/etc/passwd")
    done = sync(tmp_path)["my-course"]
    assert done.is_refused
    assert done.findings[0].file == "en/03-secret.md"


@pytest.mark.parametrize(
    ("changes", "line", "words"),
    [
        (
            {"course": [("attendance: 0 ", "attendance: 80 ")]},
            "attendance: 80",
            "Attendance cannot be recorded yet",
        ),
        ({"course": [("owner: CZ ", "owner: CZ-K3107 ")]}, "certificate:", "particulars as an issuer"),
        ({"course": [("design: standard", "design: attendance")]}, "certificate:", "which is missing in"),
        ({"course": [("owner: CZ ", "owner: XX ")]}, "owner: XX", "There is no unit"),
    ],
)
def test_what_cannot_be_completed_is_refused_with_its_line(land, tmp_path, changes, line, words):
    folder = write(tmp_path, **changes)
    done = sync(tmp_path)["my-course"]
    assert done.is_refused
    finding = next(finding for finding in done.findings if words in finding.message)
    text = (folder / finding.file).read_text().split("\n")[finding.line - 1]
    assert line in text


def test_a_course_is_published_once_its_owner_has_what_the_design_asks_for(land, tmp_path):
    write(tmp_path, course=[("design: standard", "design: attendance")])
    [lacking] = [each for each in sync(tmp_path)["my-course"].findings if each.is_error]
    assert lacking.values == {
        "design": "attendance",
        "particular": "legal_line",
        "language": "en",
        "file": "course.yaml",
    }
    with transaction():
        named = replace(world.ISSUER, legal_line={"cs": "Zákon č. 312/2002 Sb."})
        units.keep_issuer(territory.get_unit("CZ"), named)
    assert sync(tmp_path)["my-course"].is_new


def test_a_task_that_a_draw_reaches_is_published_with_all_that_it_says(land, tmp_path):
    task = "{#kind-short .task points=3 upload=csv,pdf max_words=300}"
    changes = [("{#kind-short .short}", task), ("= practice\n= .practice", "- (1) done\n- (2) told")]
    write(tmp_path, questions=changes, course=[("pass_mark: 60", "markers: 2\n  pass_mark: 60")])
    version = sync(tmp_path)["my-course"].version
    assert "kind-short" in catalogue.areas_of_pool(version.id)
    [kept] = catalogue.list_questions(version.id, "en", ["kind-short"])
    assert (kept.criteria, kept.upload, kept.max_words) == ((1, 2), ("csv", "pdf"), 300)
    assert catalogue.meta_of(version).assessment.markers == 2
    assert sync(tmp_path)["my-course"].is_new is False


def test_an_exam_without_a_test_is_refused_with_its_line(land, tmp_path):
    folder = write(tmp_path)
    yaml = folder / "course.yaml"
    text = yaml.read_text()
    start, end = text.index("assessment:"), text.index("certificate:")
    yaml.write_text(text[:start] + text[end:])
    findings = [finding for finding in sync(tmp_path)["my-course"].findings if finding.is_error]
    assert any("kind exam" in finding.message and finding.line > 1 for finding in findings)


def test_two_publishers_at_once_make_two_versions(app, land, tmp_path):
    write(tmp_path / "0")
    sync(tmp_path / "0")
    folders = [tmp_path / str(place) for place in (1, 2, 3)]
    for place, root in enumerate(folders):
        write(root, questions=[("= 3\n", f"= {place + 10}\n")])
    labels, faults = [], []

    def go(root):
        with app.app_context():
            try:
                labels.extend(done.version.label for done in publishing.sync(SYSTEM, root))
            except Exception as error:  # noqa: BLE001 -- Whatever fails in a thread is told by the test.
                faults.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=go, args=(root,)) for root in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(labels) == ["2.0", "3.0", "4.0"]


# The trainer's way.


def test_a_new_course_is_clean_and_nobody_else_can_have_its_name(trainer):
    begun(trainer)
    bench = inspecting.open_course(trainer, "my-course")
    examined = inspecting.examine(trainer, bench)
    assert (examined.findings, examined.change) == ((), Change.EDITION)
    assert (bench.draft.error_count, bench.draft.warning_count, bench.draft.base) == (0, 0, None)
    for name in ("my-course", "open-data", "new", "upload", "programmes"):
        with pytest.raises(Invalid) as caught:
            begun(trainer, name)
        assert caught.value.field == "slug"


def test_the_first_draft_is_made_when_a_file_is_first_saved(trainer, tmp_path):
    write(tmp_path)
    sync(tmp_path)
    bench = inspecting.open_course(trainer, "my-course")
    assert inspecting.examine(trainer, bench).change is Change.NONE
    assert bench.draft is None
    assert not edit(trainer, "en/questions.md", "= 3\n", "= 3\n")
    assert inspecting.open_course(trainer, "my-course").draft is None
    assert edit(trainer, "en/questions.md", "= 3\n", "= 4\n")
    bench = inspecting.open_course(trainer, "my-course")
    assert (bench.draft.base, bench.revision, bench.is_overtaken) == ("1.0", 1, False)
    assert catalogue.get_newest("my-course")[1].label == "1.0"


@pytest.mark.parametrize(
    ("path", "old", "new", "change", "label"),
    [
        ("en/01-first-module.md", "## ", "## Newly: ", Change.CORRECTION, "1.1"),
        ("course.yaml", "My course", "Our course", Change.CORRECTION, "1.1"),
        ("course.yaml", "pass_mark: 60 ", "pass_mark: 70 ", Change.EDITION, "2.0"),
        ("en/questions.md", "= 3\n", "= 3\n\n> Three.\n", Change.CORRECTION, "1.1"),
        ("en/questions.md", "= 3\n", "= 4\n", Change.EDITION, "2.0"),
        ("course.yaml", "id: ", "# Only a remark.\nid: ", Change.NONE, "1.0"),
    ],
)
def test_what_is_told_before_publishing_is_true_after_it(trainer, path, old, new, change, label):
    begun(trainer)
    assert publish(trainer).version.label == "1.0"
    edit(trainer, path, old, new)
    bench = inspecting.open_course(trainer, "my-course")
    examined = inspecting.examine(trainer, bench)
    assert examined.change is change
    assert {difference.file for difference in examined.differences} == {path}
    published = publish(trainer)
    assert (published.version.label, published.is_new) == (label, change is not Change.NONE)
    after = inspecting.open_course(trainer, "my-course")
    assert after.draft is None
    assert publishing.export(trainer, "my-course")[path] == inspecting.StoredFiles(bench.digests)[path]


def test_a_draft_that_was_overtaken_says_so_and_is_not_published_unseen(trainer, tmp_path):
    write(tmp_path)
    sync(tmp_path)
    edit(trainer, "en/questions.md", "= 3\n", "= 4\n")
    seen = Seen(1, "1.0")
    write(tmp_path, questions=[("= 3\n", "= 5\n")])
    sync(tmp_path)
    assert inspecting.open_course(trainer, "my-course").is_overtaken
    with pytest.raises(Conflict):
        drafting.publish(trainer, "my-course", seen)
    assert publish(trainer).version.label == "3.0"


def test_a_draft_is_published_at_the_revision_that_was_seen(trainer):
    begun(trainer)
    seen = Seen(1, None)
    edit(trainer, "en/questions.md", "= 3\n", "= 4\n")
    with pytest.raises(Conflict):
        drafting.publish(trainer, "my-course", seen)
    with pytest.raises(Conflict):
        drafting.discard(trainer, "my-course", 1)
    drafting.discard(trainer, "my-course", 2)
    with pytest.raises(NotFound):
        inspecting.open_course(trainer, "my-course")


def test_two_who_save_the_same_file_never_overwrite_each_other(app, trainer):
    begun(trainer)
    opened = inspecting.get_file(trainer, inspecting.open_course(trainer, "my-course"), "en/questions.md")
    outcomes = []

    def go(place):
        with app.app_context():
            try:
                text = f"{opened.text}\n<!-- {place} -->\n"
                drafting.save_text(trainer, "my-course", "en/questions.md", text, opened.digest)
                outcomes.append("saved")
            except drafting.EditConflict:
                outcomes.append("conflict")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=go, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["conflict"] * 7 + ["saved"]
    db.session.remove()
    assert inspecting.open_course(trainer, "my-course").revision == 2


def test_the_first_saves_of_two_trainers_make_one_draft(app, trainer, tmp_path):
    write(tmp_path)
    sync(tmp_path)
    bench = inspecting.open_course(trainer, "my-course")
    faults = []

    def go(path):
        with app.app_context():
            try:
                opened = inspecting.get_file(trainer, bench, path)
                drafting.save_text(trainer, "my-course", path, opened.text + "\nMore.\n", opened.digest)
            except Exception as error:  # noqa: BLE001 -- Whatever fails in a thread is told by the test.
                faults.append(error)
            finally:
                db.session.remove()

    paths = ("en/01-first-module.md", "en/02-second-module.md")
    threads = [threading.Thread(target=go, args=(path,)) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    db.session.remove()
    after = inspecting.open_course(trainer, "my-course")
    assert after.revision == 2
    assert {difference.file for difference in inspecting.examine(trainer, after).differences} == set(paths)


def test_the_editor_keeps_the_line_ends_of_a_file(trainer, tmp_path):
    folder = write(tmp_path)
    file = folder / "en" / "01-first-module.md"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    sync(tmp_path)
    edit(trainer, "en/01-first-module.md", "## ", "## Newly: ")
    bench = inspecting.open_course(trainer, "my-course")
    kept = inspecting.StoredFiles(bench.digests)["en/01-first-module.md"]
    assert kept == file.read_bytes().replace(b"## ", b"## Newly: ")


def test_a_medium_over_its_limit_is_refused(trainer):
    begun(trainer)
    with pytest.raises(Invalid) as caught:
        drafting.add_medium(trainer, "my-course", "x.csv", b"a" * 2_000_001, may_replace=False)
    assert (caught.value.field, caught.value.values) == ("file", {"limit": "2"})


def test_a_trainer_of_elsewhere_finds_nothing(land, trainer):
    begun(trainer)
    stranger = world.act_as(world.person("x@example.org", "80039", roles=(("trainer", "RS-APV"),)))
    for act in (
        lambda: inspecting.open_course(stranger, "my-course"),
        lambda: inspecting.open_course(stranger, "open-data"),
        lambda: inspecting.pack(stranger, "my-course"),
        lambda: publishing.export(stranger, "open-data"),
        lambda: drafting.save_text(stranger, "my-course", "en/questions.md", "x", ""),
        lambda: drafting.discard(stranger, "my-course", 1),
        lambda: drafting.publish(stranger, "my-course", Seen(1, None)),
        lambda: drafting.delete_file(stranger, "my-course", "en/questions.md", ""),
        lambda: drafting.add_medium(stranger, "my-course", "a.png", b"", may_replace=False),
        lambda: publishing.publish(stranger, "x", new_course("x", "CZ", "en", "X")),
    ):
        with pytest.raises(NotFound):
            act()
    own, others = inspecting.list_courses(stranger)
    assert (own, [each.slug for each in others]) == ([], ["open-data"])


def test_a_draft_is_lost_to_its_writer_when_others_publish_under_its_name(trainer, tmp_path):
    local = world.act_as(world.person("l@example.org", "595209", roles=(("trainer", "CZ-O6115"),)))
    drafting.begin_course(local, "my-course", "CZ-O6115", "Mine", "en")
    write(tmp_path)
    sync(tmp_path)
    with pytest.raises(NotFound):
        inspecting.open_course(local, "my-course")
    own, others = inspecting.list_courses(local)
    assert own == []
    assert "my-course" in [each.slug for each in others]


def test_who_holds_no_role_is_refused(land):
    learner = world.act_as(world.person())
    for act in (
        lambda: inspecting.list_courses(learner),
        lambda: inspecting.open_course(learner, "open-data"),
        lambda: publishing.publish(learner, "x", new_course("x", "CZ", "en", "X")),
    ):
        with pytest.raises(Refused):
            act()


def test_every_act_on_a_draft_leaves_a_line_in_the_audit_trail(trainer):
    begun(trainer)
    edit(trainer, "en/questions.md", "= 3\n", "= 4\n")
    drafting.add_text(trainer, "my-course", "en", "03-third.md")
    drafting.add_medium(trainer, "my-course", "table.csv", b"a,b\n", may_replace=False)
    bench = inspecting.open_course(trainer, "my-course")
    drafting.delete_file(trainer, "my-course", "en/03-third.md", bench.digests["en/03-third.md"])
    drafting.take_archive(trainer, inspecting.pack(trainer, "my-course"), may_replace=True)
    publish(trainer)
    edit(trainer, "en/questions.md", "= 4\n", "= 3\n")
    drafting.discard(trainer, "my-course", 1)
    wanted = ["begin", "save", "add", "upload", "delete", "archive"]
    actions = session().scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == [*(f"draft.{each}" for each in wanted), "course.publish", "draft.save", "draft.discard"]
