"""Who looks after whom in these tests, and the person who is invited."""

from sqlalchemy import select

from app.domain.access.values import Actor
from app.domain.people.values import Profile
from app.foundation.db import session
from app.foundation.mail import MailMessage
from tests import world

PROFILE = Profile(
    email="Jana.Nova@Example.org",
    family_name="Nová",
    given_name="Jana",
    family_name_latin="",
    given_name_latin="",
    target_group="official",
    job_title="matrikářka",
    locale="cs",
)
SYSTEM = Actor.system("test")


def manager(email="manager@example.org", unit="CZ-O6115"):
    return world.act_as(world.person(email, "595209", "Malá", "Marie", roles=(("manager", unit),)))


def head():
    return world.act_as(
        world.person("head@example.org", "596230", "Hlavní", "Hana", roles=(("head-of-office", "596230"),))
    )


def admin(email="admin@example.org"):
    return world.act_as(world.person(email, roles=(("admin", None),)))


def mails(recipient):
    return list(
        session().scalars(
            select(MailMessage).where(MailMessage.recipient == recipient).order_by(MailMessage.id)
        )
    )


def link_in(message):
    return message.text.split("http://localhost")[1].split()[0].rsplit("/", 1)[1]
