"""How people come in: T16 (stale sessions), T17 (guessing and enumeration), links that work once."""

from datetime import timedelta
from threading import Barrier, Thread
from time import perf_counter, process_time

import pytest
from sqlalchemy import func, select

from app.domain.access.queries import find_actor
from app.domain.people import queries as people
from app.domain.people import service as persons
from app.domain.people.models import Person, SignInFailure, Token
from app.foundation import clock, ids
from app.foundation.audit import AuditEntry
from app.foundation.db import db, session, transaction
from app.foundation.errors import Invalid, NotFound, TooMany
from app.foundation.mail import MailMessage
from app.jobs import worker
from app.workflows import entering
from tests import world

NEW = "zelena zaba skace vysoko"
HERE = "192.0.2.1"


def sign_in(email="eva@example.org", password=world.PASSWORD, address=HERE, *, known=True):
    return entering.sign_in(address, email, password, is_known_browser=known)


def fail(times, email="eva@example.org", address=HERE):
    """Fail so often; all but the last time without the price of a hash."""
    with transaction():
        for _ in range(times - 1):
            persons.note_failure(ids.digest(email), address, clock.now() - entering.LOCKED_FOR)
    with pytest.raises(Invalid):
        sign_in(email, "wrong wrong wrong", address)


def subjects(recipient="eva@example.org"):
    statement = select(MailMessage.subject).where(MailMessage.recipient == recipient).order_by(MailMessage.id)
    return list(session().scalars(statement))


def link_of_last_mail(recipient="eva@example.org"):
    text = session().scalar(
        select(MailMessage.text).where(MailMessage.recipient == recipient).order_by(MailMessage.id.desc())
    )
    return text.split("http://localhost/account/")[1].split()[0].split("/")


# T17: guessing and enumeration.


def test_unknown_wrong_and_deactivated_get_the_same_answer(land):
    world.person()
    gone = world.person("gone@example.org")
    with transaction():
        session().get(Person, gone.id).deactivated_at = clock.now()
    answers = []
    for email, password in (
        ("nobody@example.org", world.PASSWORD),
        ("eva@example.org", "wrong wrong wrong"),
        ("gone@example.org", world.PASSWORD),
        ("", ""),
    ):
        with pytest.raises(Invalid) as refusal:
            sign_in(email, password)
        answers.append((refusal.value.field, refusal.value.reason, refusal.value.values))
    assert len(set(map(repr, answers))) == 1


@pytest.mark.parametrize("email", ["eva@example.org", "nobody@example.org"])
def test_the_tenth_wrong_password_locks_known_and_unknown_alike(land, email):
    world.person()
    fail(10, email)
    with pytest.raises(TooMany) as refusal:
        sign_in(email)
    assert refusal.value.seconds == 900


def test_only_a_known_owner_is_told_of_the_lock_and_only_once(land):
    world.person()
    fail(10)
    with pytest.raises(TooMany):
        sign_in()
    fail(10, "nobody@example.org", "192.0.2.2")
    assert subjects() == ["Your account is locked for a while"]
    assert session().scalar(select(func.count()).select_from(MailMessage)) == 1


def test_a_lock_ends_after_a_quarter_of_an_hour(land):
    world.person()
    fail(10)
    with clock.at(clock.now() + timedelta(minutes=15, seconds=1)):
        assert sign_in().locale == "en"


def test_an_address_that_tries_many_people_is_locked_for_all(land):
    world.person()
    with transaction():
        for number in range(100):
            digest = ids.digest(f"p{number}@example.org")
            persons.note_failure(digest, "192.0.2.9", clock.now() - entering.LOCKED_FOR)
    with pytest.raises(TooMany):
        sign_in(address="192.0.2.9")
    assert sign_in(address=HERE)


def test_a_new_password_ends_the_lock(land):
    world.person()
    fail(10)
    entering.ask_for_reset("eva@example.org")
    purpose, secret = link_of_last_mail()
    entering.choose_password(purpose, secret, NEW)
    assert session().scalar(select(func.count()).select_from(SignInFailure)) == 0


def test_guesses_sent_all_at_once_are_counted_too(app, land):
    world.person()
    barrier, right = Barrier(24), []

    def guess(number):
        with app.app_context():
            barrier.wait()
            try:
                sign_in(password=world.PASSWORD if number == 23 else "wrong wrong wrong")
                right.append(number)
            except (Invalid, TooMany):
                pass
            finally:
                db.session.remove()

    fail(9)
    threads = [Thread(target=guess, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with pytest.raises(TooMany):
        sign_in()


def test_unknown_and_wrong_cost_the_same_hash(land):
    world.person()
    times = {"eva@example.org": [], "nobody@example.org": []}
    for _ in range(8):
        for email, spent in times.items():
            begin = process_time()
            fail(1, email, HERE)
            spent.append(process_time() - begin)
            with transaction():
                session().execute(SignInFailure.__table__.delete())
    known, unknown = map(min, times.values())
    assert abs(known - unknown) < 0.5 * known


def test_asking_for_a_reset_says_the_same_of_everyone_and_writes_for_everyone(land):
    world.person()
    for email in ("eva@example.org", "nobody@example.org", "no address"):
        assert entering.ask_for_reset(email) is None
    asked = session().scalar(select(func.count()).where(AuditEntry.action == "password.ask"))
    assert asked == 3
    assert session().scalar(select(func.count()).select_from(MailMessage)) == 1


def test_whether_a_link_was_sent_cannot_be_timed(land):
    world.person()
    times = {"eva@example.org": [], "nobody@example.org": []}
    for _ in range(10):
        for email, spent in times.items():
            begin = perf_counter()
            entering.ask_for_reset(email)
            spent.append(perf_counter() - begin)
    known, unknown = map(min, times.values())
    assert min(known, unknown) >= entering.ANSWERED_AFTER
    assert abs(known - unknown) < 0.005


# Links that work once.


def test_a_reset_link_works_once(land):
    world.person()
    entering.ask_for_reset(" EVA@example.org ")
    purpose, secret = link_of_last_mail()
    assert purpose == "reset"
    entering.choose_password(purpose, secret, NEW)
    with pytest.raises(NotFound):
        entering.choose_password(purpose, secret, NEW + " znovu")
    assert sign_in(password=NEW)
    assert subjects() == ["Choose a new password", "Your password was changed"]


def test_a_reset_link_works_for_an_hour(land):
    world.person()
    entering.ask_for_reset("eva@example.org")
    purpose, secret = link_of_last_mail()
    with clock.at(clock.now() + timedelta(minutes=59)):
        entering.read_token(purpose, secret)
    with clock.at(clock.now() + timedelta(minutes=61)), pytest.raises(NotFound):
        entering.choose_password(purpose, secret, NEW)


def test_a_second_reset_link_voids_the_first(land):
    world.person()
    entering.ask_for_reset("eva@example.org")
    first = link_of_last_mail()
    entering.ask_for_reset("eva@example.org")
    with pytest.raises(NotFound):
        entering.read_token(*first)
    entering.read_token(*link_of_last_mail())


def test_a_link_of_one_purpose_does_not_serve_another(land):
    world.person()
    entering.ask_for_reset("eva@example.org")
    _, secret = link_of_last_mail()
    with pytest.raises(NotFound):
        entering.read_token("invitation", secret)


def test_whoever_has_no_password_yet_gets_her_invitation_again(land):
    person = world.person()
    with transaction():
        session().get(Person, person.id).password_hash = None
    entering.ask_for_reset("eva@example.org")
    assert subjects() == ["Your invitation to Gradivo"]
    assert link_of_last_mail()[0] == "invitation"


def test_a_refused_password_leaves_the_link_good(land):
    world.person()
    entering.ask_for_reset("eva@example.org")
    purpose, secret = link_of_last_mail()
    for password in ("short", "eva@example.org 1", "gradivo gradivo", "123456789012"):
        with pytest.raises(Invalid):
            entering.choose_password(purpose, secret, password)
    entering.choose_password(purpose, secret, NEW)


def test_one_link_used_twice_at_the_same_moment_sets_one_password(app, land):
    world.person()
    entering.ask_for_reset("eva@example.org")
    purpose, secret = link_of_last_mail()
    session().rollback()
    barrier, done = Barrier(4), []

    def use(number):
        with app.app_context():
            barrier.wait()
            try:
                entering.choose_password(purpose, secret, f"{NEW} {number}")
                done.append(number)
            except NotFound:
                pass
            finally:
                db.session.remove()

    threads = [Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    assert sign_in(password=f"{NEW} {done[0]}")


# T16: what was signed in is out.


def test_a_changed_password_ends_every_other_sign_in_and_every_open_link(land):
    person = world.person()
    cookie = person.session_token
    entering.ask_for_reset("eva@example.org")
    link = link_of_last_mail()
    changed = entering.change_password(world.act_as(person), world.PASSWORD, NEW)
    assert find_actor(cookie) is None
    assert find_actor(changed.session_token) is not None
    with pytest.raises(NotFound):
        entering.read_token(*link)


def test_a_copy_of_a_cookie_is_dead_after_signing_out(land):
    person = world.person()
    cookie = person.session_token
    entering.sign_out(world.act_as(person))
    assert find_actor(cookie) is None


def test_a_present_password_cannot_be_guessed_by_who_found_a_device_open(land):
    actor = world.act_as(world.person())
    fail(9)
    with pytest.raises(Invalid) as refusal:
        entering.change_password(actor, "wrong wrong wrong", NEW)
    assert refusal.value.field == "present"
    with pytest.raises(TooMany):
        entering.change_password(actor, world.PASSWORD, NEW)


# Notices.


def test_a_sign_in_from_an_unknown_browser_is_told(app, land, in_production):
    world.person()
    sign_in(known=True)
    assert worker.perform_due(app) == 0
    sign_in(known=False)
    assert worker.perform_due(app) >= 1
    assert subjects() == ["A new sign-in to your account"]
    assert "Europe/Prague" in session().scalar(select(MailMessage.text))


def test_a_demonstration_sends_no_sign_in_notices(land):
    world.person()
    sign_in(known=False)
    assert subjects() == []


# The profile.


def change(actor, **more):
    given = {"gender": None, "job_title": "x", "target_group": "official", "locale": "cs", "time_zone": None}
    entering.change_profile(actor, **{**given, **more})


def test_a_person_changes_what_is_hers_to_change(land):
    person = world.person()
    change(world.act_as(person), gender="f", job_title="  matrikářka ", target_group="it-expert")
    kept = people.find_person_by_email("eva@example.org")
    assert (kept.gender, kept.job_title, kept.target_group, kept.locale) == (
        "f",
        "matrikářka",
        "it-expert",
        "cs",
    )
    assert (kept.family_name, kept.unit.code) == ("Nováková", "596230")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("gender", "x"),
        ("target_group", "admin"),
        ("locale", "xx"),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "../../etc/passwd"),
        ("job_title", "a\u202eb"),
        ("job_title", "x" * 121),
    ],
)
def test_a_profile_that_cannot_be_is_refused_at_its_field(land, field, value):
    actor = world.act_as(world.person())
    with pytest.raises(Invalid) as refusal:
        change(actor, **{field: value})
    assert refusal.value.field == field


def test_of_a_link_only_the_digest_is_kept(land):
    world.person()
    entering.ask_for_reset("eva@example.org")
    _, secret = link_of_last_mail()
    assert session().scalar(select(func.count()).where(Token.digest == secret)) == 0
