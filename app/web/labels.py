"""The wording of enumerations, in one place."""

from flask_babel import lazy_gettext as _

LOCALE_NAMES = {
    "en": "English",
    "cs": "Čeština",
    "sr": "Српски",
    "sr_Latn": "Srpski",
    "uk": "Українська",
    "bg": "Български",
}
LANGUAGE_NAMES = {
    "en": "English",
    "cs": "Čeština",
    "sr-Cyrl": "Српски",
    "sr-Latn": "Srpski",
    "uk": "Українська",
    "bg": "Български",
}
"""Every language in its own words: these are not translated."""

COUNTRIES = {"BG": _("Bulgaria"), "CZ": _("Czechia"), "RS": _("Serbia"), "UA": _("Ukraine")}
CERTIFICATE_KINDS = {
    "exam": _("after a passed test"),
    "attendance": _("without a test"),
    "programme": _("of a programme"),
    "duplicate": _("duplicate"),
}
PARTICULARS = {
    "accreditation": _("Accreditation number"),
    "course_title": _("Title of the course"),
    "course_version": _("Version of the course"),
    "courses": _("Courses of the programme"),
    "family_name": _("Family name"),
    "funder_line": _("Line of the funder"),
    "funder_logo_digest": _("Logo of the funder"),
    "given_name": _("Given name"),
    "hours": _("Hours"),
    "issuer_name": _("Legal name of the issuer"),
    "issuer_place": _("Place of issue"),
    "issuer_registration_number": _("Registration number"),
    "legal_line": _("Legal line"),
    "logo_digest": _("Logo"),
    "objectives": _("Objectives of the course"),
    "signatory_function": _("Function of the signatory"),
    "signatory_name": _("Signatory"),
}
"""What a design of certificates may ask for, by the member of the snapshot."""
TRACKS = {
    "egovernment": _("eGovernment"),
    "office-procedures": _("Office procedures"),
    "open-data": _("Open data"),
    "other": _("Other"),
}
FORMS = {
    "distance": _("Distance study"),
    "classroom": _("Classroom course"),
    "blended": _("Blended course"),
}
COURSE_LEVELS = {
    "beginner": _("Beginner"),
    "intermediate": _("Intermediate"),
    "advanced": _("Advanced"),
}
AUDIENCES = {
    "official": _("Official"),
    "councillor": _("Councillor"),
    "head-of-office": _("Head of office"),
    "it-expert": _("IT expert"),
    "trainer": _("Trainer"),
    "contributory-organisation": _("Employee of a contributory organisation"),
    "public": _("Public"),
}
ROLES = {
    "learner": _("Learner"),
    "trainer": _("Trainer"),
    "methodologist": _("Methodologist"),
    "manager": _("Education manager"),
    "head-of-office": _("Head of office"),
    "coordinator": _("Regional coordinator"),
    "auditor": _("Auditor"),
    "admin": _("Administrator"),
}
KINDS = {
    "single": _("One right answer"),
    "multiple": _("Several right answers"),
    "short": _("Short answer"),
    "number": _("A number"),
    "match": _("Matching"),
    "order": _("Putting in order"),
    "cloze": _("Gaps"),
    "task": _("Task"),
}
QUESTION_STATES = {"in-use": _("In use"), "practice": _("For practice"), "retired": _("Retired")}
GENDERS = {"": _("Not stated"), "f": _("Woman"), "m": _("Man")}
SEAT_STATES = {
    "waiting": _("Expected"),
    "in": _("In"),
    "on-paper": _("On paper, to be entered"),
    "entered": _("On paper, entered"),
    "handed-in": _("Handed in"),
    "annulled": _("Annulled"),
    "absent": _("Absent"),
}
PROOFS = {
    "identity-card": _("Identity card"),
    "passport": _("Passport"),
    "driving-licence": _("Driving licence"),
    "known": _("I know this person"),
}
PROGRESS_STATES = {
    "not-begun": _("Not begun"),
    "reading": _("Reading"),
    "test-open": _("Test open"),
    "failed": _("Not passed"),
    "completed": _("Completed"),
}
ANALYSED_ATTEMPTS = {
    "first": _("The first of each learner"),
    "best": _("The best of each learner"),
    "last": _("The last of each learner"),
    "all": _("All attempts"),
}
RESULTS = {"passed": _("Passed"), "attended": _("Attended"), "failed": _("Not passed")}
CERTIFICATE_STATES = {
    "valid": _("Valid"),
    "superseded": _("Superseded"),
    "revoked": _("Revoked"),
    "expired": _("Expired"),
}
UNIT_LEVELS = {
    ("CZ", "country"): _("Country"),
    ("CZ", "region"): _("Region (kraj)"),
    ("CZ", "centre"): _("Municipality with extended powers (ORP)"),
    ("CZ", "authorised-office"): _("Authorised municipal office (POÚ)"),
    ("CZ", "municipality"): _("Municipality"),
    ("RS", "country"): _("Country"),
    ("RS", "province"): _("Autonomous province"),
    ("RS", "region"): _("Administrative district (okrug)"),
    ("RS", "municipality"): _("Municipality"),
    ("UA", "country"): _("Country"),
    ("UA", "region"): _("Oblast"),
    ("UA", "district"): _("Raion"),
    ("UA", "municipality"): _("Hromada"),
    ("BG", "country"): _("Country"),
    ("BG", "region"): _("Oblast"),
    ("BG", "municipality"): _("Municipality"),
}
