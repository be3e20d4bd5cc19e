"""The three walls between trusts: the scope, row-level security and composite keys. See docs/architecture.md."""

from .fields import TrustForeignKey, TrustKey, TrustOwned
from .scope import WrongTrust, current_trust_id, own_rows_scope, refuse_other_trust, trust_manager, trust_scope
from .walls import APPLICATION_ROLE, NeverChanged, OwnRowsReadable, RowSecurity, SameTrust, TriggersOnly

__all__ = [
    "APPLICATION_ROLE",
    "NeverChanged",
    "OwnRowsReadable",
    "RowSecurity",
    "SameTrust",
    "TriggersOnly",
    "TrustForeignKey",
    "TrustKey",
    "TrustOwned",
    "WrongTrust",
    "current_trust_id",
    "own_rows_scope",
    "refuse_other_trust",
    "trust_manager",
    "trust_scope",
]
