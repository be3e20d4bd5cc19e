"""What is done with plans: written, sent, approved; and with actions: agreed, looked at, and closed."""

from .acting import (
    LONGEST_NOTE,
    LONGEST_SUPPORT,
    LONGEST_WHAT,
    LONGEST_WHY,
    NewAction,
    add_actions,
    give_verdict,
    new_plan,
    plan_of,
)
from .agreeing import AgreedOn, agree_from_findings
from .appraising import remove_old_appraisals
from .approving import answer_plan, send_plan, take_back
from .checklists import ItemEntry, begin_checklist, take_into_plan, write_item
from .following import follow_levels
from .news import tell_owners
from .progressing import SentProgress, save_progress, send_progress, set_due_days
from .reminding import (
    remind_of_appraisals,
    remind_of_approvals,
    remind_of_checks,
    remind_of_concerns,
    remind_of_progress,
)
from .writing import (
    ActionEntry,
    PriorityEntry,
    StageEntry,
    begin_plan,
    drop_priority,
    save_sections,
    write_action,
    write_priority,
)

__all__ = [
    "LONGEST_NOTE",
    "LONGEST_SUPPORT",
    "LONGEST_WHAT",
    "LONGEST_WHY",
    "ActionEntry",
    "AgreedOn",
    "ItemEntry",
    "NewAction",
    "PriorityEntry",
    "SentProgress",
    "StageEntry",
    "add_actions",
    "agree_from_findings",
    "answer_plan",
    "begin_checklist",
    "begin_plan",
    "drop_priority",
    "follow_levels",
    "give_verdict",
    "new_plan",
    "plan_of",
    "remind_of_appraisals",
    "remind_of_approvals",
    "remind_of_checks",
    "remind_of_concerns",
    "remind_of_progress",
    "remove_old_appraisals",
    "save_progress",
    "save_sections",
    "send_plan",
    "send_progress",
    "set_due_days",
    "take_back",
    "take_into_plan",
    "tell_owners",
    "write_action",
    "write_item",
    "write_priority",
]
