"""What badges refer to, for the programs that check them: the keys, the issuers, what was achieved, which ended."""

import json

from flask import Response

from app.domain.access.gate import public
from app.domain.badges import queries as badges
from app.domain.catalogue import queries as catalogue
from app.domain.territory import queries as territory
from app.formats import badge_documents
from app.foundation import settings
from app.foundation.errors import NotFound
from app.web.public.health import blueprint

__all__ = ["blueprint"]

_FOR_DOCUMENTS, _FOR_STATES = 3600, 300
_LARGEST = 999_999


@blueprint.get("/.well-known/did.json")
@public
def did() -> Response:
    """Show by which keys badges from here are proven (did:web)."""
    keys = [each.multikey for each in badges.list_keys()]
    if not keys:
        raise NotFound
    return _document(badge_documents.did_document(settings.current().base_url, keys), _FOR_STATES)


@blueprint.get("/badges/issuers/<string:code>")
@public
def badge_issuer(code: str) -> Response:
    """Show the profile of a unit that issues certificates."""
    unit = territory.get_unit(code)
    giver = territory.find_issuer(unit.id)
    if giver is None:
        raise NotFound
    said = badge_documents.profile(settings.current().base_url, unit.code, giver.legal_name)
    return _document(said, _FOR_DOCUMENTS)


@blueprint.get(
    f"/badges/courses/<string:slug>/<int(min=1, max={_LARGEST}):edition>.<int(min=0, max={_LARGEST}):correction>"
    "/<string:language>"
)
@public
def badge_course(slug: str, edition: int, correction: int, language: str) -> Response:
    """Show what a badge of a version of a course stands for, in one of its languages."""
    version = catalogue.get_labelled(slug, edition, correction)
    meta = catalogue.meta_of(version)
    if language not in meta.title:
        raise NotFound
    told = badge_documents.achievement(
        settings.current().base_url,
        slug,
        version.label,
        language,
        meta.title[language],
        meta.objectives.get(language, ()),
        meta.certificate.kind.value,
    )
    return _document(told.to_json(), _FOR_DOCUMENTS)


@blueprint.get("/badges/programmes/<string:slug>/<string:language>")
@public
def badge_programme(slug: str, language: str) -> Response:
    """Show what a badge of a programme stands for, in one of its languages, by its courses as they are now."""
    programme = catalogue.find_programme(slug)
    if programme is None or language not in programme.titles:
        raise NotFound
    newest = catalogue.newest_of(programme.courses)
    titles = [newest[each].titles for each in programme.courses if each in newest]
    told = badge_documents.achievement_of_programme(
        settings.current().base_url,
        slug,
        language,
        programme.titles[language],
        [each.get(language) or next(iter(each.values())) for each in titles],
    )
    return _document(told.to_json(), _FOR_DOCUMENTS)


@blueprint.get(f"/badges/states/<int(min=0, max={_LARGEST}):number>")
@public
def badge_states(number: int) -> Response:
    """Hand out the signed list of badges that hold no more, as the worker made it."""
    return _open(badges.get_status_list(number).token, "application/vc+jwt", _FOR_STATES)


def _document(said: object, seconds: int) -> Response:
    return _open(json.dumps(said, ensure_ascii=False), "application/json", seconds)


def _open(body: str, kind: str, seconds: int) -> Response:
    """Return what every program may read, from whichever site it runs on (CORS); there is nothing personal in it."""
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": f"public, max-age={seconds}"}
    return Response(body, content_type=kind, headers=headers)
