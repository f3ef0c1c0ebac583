"""Where a rule of the house does not hold, and why; an exception that is not needed fails."""

WITHOUT_SCOPE = {
    "people.find_credentials": "sign-in looks an address up before anyone is known",
    "people.find_person_by_email": "sign-in, invitation and reset look an address up before anyone is known",
    "people.find_token": "whoever holds a single-use link is known by it alone",
    "people.list_open_tokens": "a new link voids the earlier ones of the same person",
    "people.count_failures": "a lockout counts failures of an address, of which nobody may be a person",
    "people.find_grant": "granting looks whether the same role is held already",
    "people.get_learner": "the person of an enrolment that was found already",
    "assessments.list_of": "the attempts of an enrolment that was found already",
    "assessments.record_of": "what became of an attempt that was found already",
    "assessments.paper_of": "the paper of an attempt that was found already",
    "assessments.list_open_of": "the open attempts of a person who was found already",
    "certificates.find_current": "the certificate of an enrolment that was found already",
    "certificates.find_by_code": "anyone who holds a certificate may have its code verified",
    "surveys.list_waiting": "answers name nobody, and are let out by the act that adds the fifth",
    "certificates.list_signing_certificates": "what documents are signed with is public, and of no person",
    "certificates.find_signing_certificate": "the same",
    "certificates.find_newest_signing_certificate": "the same",
    "certificates.find_revocation": "what became of a certificate that was found already",
}
"""Queries about people that take no Scope: the look-ups of sign-in, invitation, reset and verification."""

WITHOUT_ACTOR = {
    "certifying.design_of": "a file turned into a value",
    "documenting.find_key": "the key of the instance; nothing of people is read",
    "completing.settle": "a part of the act that ended an enrolment, which asked",
    "entering.sign_in": "nobody is known yet",
    "entering.hash_password": "a calculation",
    "entering.ask_for_reset": "nobody is known yet",
    "entering.read_token": "the link is the proof",
    "entering.choose_password": "the link is the proof",
    "entering.profile_of": "a record turned into a value",
    "sitting.is_overdue": "a calculation",
    "learning.language_for": "a calculation",
    "sitting.read_answers": "a form turned into values",
    "notifying.post": "a part of other workflows, which were asked for",
    "publishing.surroundings": "checks of courses need no one; nothing of people is read",
    "publishing.read": "the same",
}
"""Workflows that nobody who is known asks for."""

UNASKED = {
    "certifying.issue_for": "a part of the act that completed a course, which asked",
    "completing.complete": "a part of the act that fulfilled the last condition, which asked",
    "completing.conclude": "a part of the act that gave a mark, which asked",
    "keeping.create": "refuses every person: a backup is the operator's alone",
    "keeping.verify": "the same",
    "keeping.restore": "the same",
}
"""Workflows that write and judge the actor by another rule than the table of permissions."""

DANGERS = {
    "app/formats/certificate_design.py yaml.load": "the safe loader, made to refuse a key twice",
    "app/foundation/limits.py pickle": "the name of an error; what is pickled is the house's own",
}
"""Where text could become more than text, but does not."""

BROAD_EXCEPTS = {
    "app/jobs/worker.py": "the worker outlives any failure of a job, and notes it",
    "app/foundation/limits.py": "the failure is raised again where the function was asked for",
}
"""Modules that catch any failure at all."""

UNESCAPED = {
    "app/web/rendering.py:_found": "the wording of templates, from their own text and our own catalogues",
    "app/web/rendering.py:counted_words": "the same",
    "app/web/shown.py:rendered": "HTML that the publisher made from Markdown, sanitised by nh3",
}
"""Where text becomes HTML without being escaped."""

SHARED_TEMPLATES = {
    "learner.check": "learner/module.html",
    "learner.keep_work": "learner/work.html",
}
"""Endpoint → the page that its form stands on, and is shown on again with what came of it."""
