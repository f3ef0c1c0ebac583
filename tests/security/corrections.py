"""Corrections on the stage for attacks: in each region a key that was mended, with a result that changed."""

from dataclasses import replace

from app.domain.access.values import Actor
from app.domain.catalogue.values import CertificateRule
from app.domain.corrections.values import Fairness
from app.foundation.db import transaction
from app.workflows import correcting, regrading, sitting
from tests import world
from tests.security.cast import CENTRE, Cast


def put_correction(cast: Cast, place: str, actor: Actor, path: str) -> None:
    """Mend a key of a course that a learner of a region has sat, and let the result follow."""
    slug, system = f"{place}-keys", Actor.system("test")
    draft = world.course(slug, owner=CENTRE[place], certificate=CertificateRule())
    one, *others = draft.questions
    mended = replace(one, keys={tag: replace(key, right=(2,)) for tag, key in one.keys.items()})
    with transaction():
        world.publish(draft)
    begun = world.begin_test(actor, slug)
    sitting.submit_attempt(actor, begun.public_id, world.right_answers(actor, begun))
    with transaction():
        world.publish(replace(draft, questions=(mended, *others), digest=slug, marking_digest=slug))
    made = correcting.begin(system, slug, {"one": "mend"})
    regrading.reckon(system, str(made))
    correcting.decide(system, made, Fairness.AS_CORRECTED, cast.mark(place, "correction.reason"))
    regrading.apply(system, str(made))
    cast.put("correction", place, made, path)
