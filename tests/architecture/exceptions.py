"""Where a rule of the house does not hold, and why; an exception that is not needed fails."""

WITHOUT_SCOPE = {
    "people.find_credentials": "sign-in looks an address up before anyone is known",
    "people.find_person_by_email": "sign-in, invitation and reset look an address up before anyone is known",
    "people.find_token": "whoever holds a single-use link is known by it alone",
    "people.list_open_tokens": "a new link voids the earlier ones of the same person",
    "people.count_failures": "a lockout counts failures of an address, of which nobody may be a person",
    "people.find_grant": "granting looks whether the same role is held already",
    "people.get_learner": "the person of an enrolment that was found already",
    "examinations.find_seat_of": "the seat of an attempt that was found already",
    "assessments.list_of": "the attempts of an enrolment that was found already",
    "assessments.record_of": "what became of an attempt that was found already",
    "assessments.get_to_read": "takes three scopes, the first the reader's own",
    "assessments.answers_of": "the answers of an attempt that was found already",
    "assessments.outlines_of": "papers of attempts that were found already, without a word of anybody",
    "assessments.paper_of": "the paper of an attempt that was found already",
    "assessments.list_open_of": "the open attempts of a person who was found already",
    "certificates.list_current": "the certificates of enrolments that were found already",
    "certificates.find_current": "the certificate of an enrolment that was found already",
    "certificates.find_notice": "what was noted of an attempt that was found already",
    "certificates.find_snapshot": "what was kept of an attempt that was found already",
    "certificates.find_by_code": "anyone who holds a certificate may have its code verified",
    "certificates.find_by_file": "anyone who holds a certificate's file may have it verified",
    "certificates.list_named": "tells of a number that a file names no more than that it was given",
    "certificates.is_name_hidden": "what the holder of a certificate that was found already wants",
    "renewals.find_end": "a decision about a course, of no person",
    "renewals.is_dealt_with": "whether the holder of a certificate that was found already is reminded",
    "surveys.list_waiting": "answers name nobody, and are let out by the act that adds the fifth",
    "certificates.find_ending": "what became of a certificate that was found already",
    "certificates.list_signing_certificates": "what documents are signed with is public, and of no person",
    "certificates.find_signing_certificate": "the same",
    "certificates.find_newest_signing_certificate": "the same",
    "certificates.list_announced": "the same",
    "badges.find_status_list": "which places of a list are set is public, and names nobody",
    "badges.get_status_list": "the same",
    "badges.list_keys": "what badges are proven by is public, and of no person",
    "badges.find_key": "the same",
    "badges.list_unannounced": "the same",
}
"""Queries about people that take no Scope: the look-ups of sign-in, invitation, reset and verification."""

WITHOUT_ACTOR = {
    "verifying.note_check": "anyone may check a certificate, and nobody is known by it",
    "verifying.recognise": "anyone may have a file verified",
    "verifying.tell": "the code is the proof",
    "documenting.has_notice": "a property of an attempt that was found already",
    "certifying.design_of": "a file turned into a value",
    "certifying.snapshot_of": "a row turned into a value",
    "certifying.check_in_force": "a part of the act that needs it so, which asked",
    "certifying.hold": "a part of the act that supersedes, which asked",
    "rendering.find_key": "the key of the instance; nothing of people is read",
    "completing.settle": "a part of the act that ended an enrolment, which asked",
    "seating.tries_of": "a calculation",
    "seating.is_held_back": "a fact of an attempt that was found within a scope",
    "seating.is_supervised": "a fact of a course, which everyone may read",
    "entering.sign_in": "nobody is known yet",
    "entering.hash_password": "a calculation",
    "entering.ask_for_reset": "nobody is known yet",
    "entering.read_token": "the link is the proof",
    "entering.choose_password": "the link is the proof",
    "entering.profile_of": "a record turned into a value",
    "sitting.admission_within": "a part of acts, by the scope that they found",
    "sitting.check_on_screen": "a check of an attempt that was found already",
    "sitting.is_overdue": "a calculation",
    "sitting.time_limit_of": "a calculation",
    "learning.language_for": "a calculation",
    "renewing.begin_of": "a part of the act that issues a certificate, which asked",
    "renewing.today_at": "a calculation",
    "renewing.title_of": "a calculation",
    "sitting.read_answers": "a form turned into values",
    "notifying.post": "a part of other workflows, which were asked for",
    "publishing.surroundings": "checks of courses need no one; nothing of people is read",
    "publishing.read": "the same",
}
"""Workflows that nobody who is known asks for."""

UNASKED = {
    "certifying.note": "a part of the act that gave a mark, which asked",
    "certifying.issue_for": "a part of the act that completed a course, which asked",
    "certifying.issue_of_programme": "a part of the act that found a programme completed, which asked",
    "certifying.supersede": "a part of the act that changed marks or names, which asked",
    "certifying.take_back": "a part of the act that found that a completion counts no more, which asked",
    "certifying.revoke_each": "a part of the act that decided it, which asked",
    "completing.reckon": "a part of the act that changed marks, which asked",
    "completing.complete": "a part of the act that fulfilled the last condition, which asked",
    "completing.conclude": "a part of the act that gave a mark, which asked",
    "sitting.begin": "a part of the act that found that a test may begin, which asked",
    "sitting.end": "a part of the act that ends a test, which asked",
    "paper.let_go": "a part of the act that says that a paper was not sat, which asked",
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
    "app/formats/word_templates.py:_filled": "the same, for mails and papers",
    "app/web/shown.py:rendered": "HTML that the publisher made from Markdown, sanitised by nh3",
}
"""Where text becomes HTML without being escaped."""

SHARED_TEMPLATES = {
    "learner.check": "learner/module.html",
    "learner.start": "learner/test.html",
    "learner.keep_work": "learner/work.html",
    "trainer.decide": "trainer/correction.html",
}
"""Endpoint → the page that its form stands on, and is shown on again with what came of it."""
