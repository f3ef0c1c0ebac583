"""Mail: the letters that lie in the instance while no server sends them."""

import re
from collections.abc import Iterator
from uuid import UUID

from flask import render_template, request

from app.domain.access.gate import requires
from app.domain.access.policy import scope_of
from app.domain.access.values import Permission
from app.domain.people import queries as people
from app.foundation import settings
from app.web import paging
from app.web.admin.section import blueprint
from app.web.session import actor
from app.workflows import administering

P = Permission


@blueprint.get("/admin/mail")
@requires(P.MAIL_READ)
def mail() -> str:
    """List the letters, the newest first."""
    page = paging.read_page(request.args)
    letters, count = administering.list_letters(actor(), page, paging.SIZE)
    return render_template(
        "admin/mail.html",
        letters=letters,
        count=count,
        page=page,
        pages=paging.count_pages(page, count),
        waiting=people.count_waiting_mails(scope_of(actor(), P.MAIL_READ)),
        is_sent=settings.current().smtp_url is not None,
    )


@blueprint.get("/admin/mail/<uuid:letter_id>")
@requires(P.MAIL_READ)
def letter(letter_id: UUID) -> str:
    """Show one letter as text."""
    read = administering.read_letter(actor(), letter_id)
    base_url = settings.current().base_url
    paragraphs = [
        [list(pieces_of(line, base_url)) for line in paragraph.splitlines()]
        for paragraph in re.split(r"\n\s*\n", read.text.strip())
    ]
    return render_template("admin/letter.html", letter=read, paragraphs=paragraphs)


def pieces_of(text: str, base_url: str) -> Iterator[tuple[str, str | None]]:
    """Yield a text in pieces, each with its address where it is a link to this site; other addresses stay text."""
    end = 0
    for found in re.finditer(rf"{re.escape(base_url)}/[^\s<>\"'\\]*", text):
        yield text[end : found.start()], None
        yield found[0], found[0]
        end = found.end()
    yield text[end:], None
