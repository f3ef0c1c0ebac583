"""Revocations on the stage for attacks: in each region one that waits for a second person."""

from app.domain.certificates import service as certificates
from app.domain.certificates.models import Certificate
from app.domain.territory import queries as territory
from app.foundation.db import session, transaction
from tests.security.cast import MUNICIPALITY, Cast


def put_revocation(cast: Cast, place: str) -> None:
    """Let the certificates of a region's learners be asked to be revoked by somebody else's word."""
    path = territory.get_unit(MUNICIPALITY[place]).path
    held = session().query(Certificate).filter_by(unit_path=path).order_by(Certificate.id).limit(2).all()
    with transaction():
        asked = certificates.ask_to_revoke(
            held, cast.things["official"][place].value, cast.mark(place, "revocation.reason")
        )
        cast.put("revocation", place, asked.public_id, path)
