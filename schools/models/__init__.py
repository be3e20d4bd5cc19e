"""The foundation's nouns, one file a group."""

from .calendar import Period, Season
from .meetings import AgendaItem, Attendance, Interest, Meeting
from .people import User
from .records import AuditEntry, Job, Notice
from .register import Establishment, EstablishmentGroup, EstablishmentLink, GroupLink, RegisterImport
from .schools import Kpi, School, StrategyChoice, StrategyVersion
from .trusts import ApiToken, HeadsSee, Invitation, InvitationKey, Membership, RoleGrant, Trust

__all__ = [
    "AgendaItem",
    "ApiToken",
    "Attendance",
    "AuditEntry",
    "Establishment",
    "EstablishmentGroup",
    "EstablishmentLink",
    "GroupLink",
    "HeadsSee",
    "Interest",
    "Invitation",
    "InvitationKey",
    "Job",
    "Kpi",
    "Meeting",
    "Membership",
    "Notice",
    "Period",
    "RegisterImport",
    "RoleGrant",
    "School",
    "Season",
    "StrategyChoice",
    "StrategyVersion",
    "Trust",
    "User",
]
