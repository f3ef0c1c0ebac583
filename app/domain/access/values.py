"""Who acts, and with which rights: frozen values."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class Role(StrEnum):
    """The roles of contract.md; everyone is a learner, the others are granted on a unit for its subtree."""

    LEARNER = "learner"
    TRAINER = "trainer"
    METHODOLOGIST = "methodologist"
    MANAGER = "manager"
    HEAD_OF_OFFICE = "head-of-office"
    COORDINATOR = "coordinator"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Permission(StrEnum):
    """What may be done; the policy table says by whom, the unit of the grant says where."""

    OWN_LEARNING = "own-learning"  # enrol, read, sit a test, hold certificates: one's own
    ENROLMENT_READ = "enrolment-read"
    ATTEMPT_READ = "attempt-read"
    ATTEMPT_GRANT = "attempt-grant"
    ATTEMPT_ADJUST = "attempt-adjust"  # more time, for one attempt or for every test of a person; annulment
    EXAM_HOLD = "exam-hold"  # supervise a test at a place: one's own dates
    EXAM_SET = "exam-set"  # set a date for that, name who watches and who sits
    CERTIFICATE_READ = "certificate-read"
    CERTIFICATE_CORRECT = "certificate-correct"  # a wrong name, a lost one: superseded and issued again
    CERTIFICATE_REVOKE = "certificate-revoke"
    CERTIFICATE_SHORTEN = "certificate-shorten"  # let certificates of older editions of a course end on a day
    REGISTER_READ = "register-read"  # of the issuers in one's units, and of the people there
    COURSE_WRITE = "course-write"  # drafts, findings, preview, publish
    TASK_MARK = "task-mark"  # practical work: mark it, return it
    TASK_SETTLE = "task-settle"  # decide between two marks, change a final one
    KEY_MEND = "key-mend"  # decide what becomes of results that rest on a wrong key
    PERSON_READ = "person-read"
    PERSON_WRITE = "person-write"
    PERSON_ERASE = "person-erase"
    ROLE_GRANT = "role-grant"
    ISSUER_WRITE = "issuer-write"
    TERRITORY_WRITE = "territory-write"
    REPORT_READ = "report-read"
    MAIL_READ = "mail-read"
    AUDIT_READ = "audit-read"


class Placed(Protocol):
    """Anything that lies in the territory and may belong to a person."""

    @property
    def unit_path(self) -> str:
        """The path of the unit where it lies."""
        ...

    @property
    def owner_id(self) -> int | None:
        """The person it belongs to."""
        ...


@dataclass(frozen=True, slots=True)
class Place:
    """The bare fact of where a thing lies and whose it is."""

    unit_path: str
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held on a unit, for its subtree."""

    role: Role
    path: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a person with her grants, or a named part of the system."""

    name: str  # public id of a person, or the name of a job or command
    person_id: int | None = None
    public_id: UUID | None = None
    unit_path: str = ""
    grants: tuple[Grant, ...] = ()
    is_system: bool = False
    locale: str = "en"
    zone: str = "UTC"
    full_name: str = ""

    @classmethod
    def system(cls, name: str) -> "Actor":
        """Return the actor of a job or command; only ``jobs/`` and ``cli/`` may make one."""
        return cls(name=name, is_system=True)

    def roles(self) -> frozenset[Role]:
        """Return the roles held anywhere; every person is a learner."""
        held = {grant.role for grant in self.grants}
        return frozenset(held | {Role.LEARNER}) if self.person_id is not None else frozenset(held)
