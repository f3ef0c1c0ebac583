"""How a seat stands, and how somebody was known: frozen values."""

from enum import StrEnum


class SeatState(StrEnum):
    """How a seat of an exam date stands."""

    WAITING = "waiting"
    IN = "in"
    ON_PAPER = "on-paper"  # drawn on paper, not entered yet
    ENTERED = "entered"  # what stands on the paper is entered, and marked when the date is closed
    HANDED_IN = "handed-in"
    ANNULLED = "annulled"
    ABSENT = "absent"


class Proof(StrEnum):
    """By what a proctor knew that somebody is who she says she is."""

    IDENTITY_CARD = "identity-card"
    PASSPORT = "passport"
    DRIVING_LICENCE = "driving-licence"
    KNOWN = "known"  # in person
