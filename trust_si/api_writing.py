"""Where programs write plans and support, and the view behind each address."""

from __future__ import annotations

from rest_framework.views import APIView

from plans.api.acting import ActionVerdict, PlanAction, PlanActions
from plans.api.approving import ConditionAnswer, ConditionMet, PlanAnswer, PlanSend, PlanTakeBack
from plans.api.booking import (
    SchoolSupportBookings,
    SupportCancel,
    SupportConfirmation,
    SupportDelivered,
    SupportDenial,
    SupportMissed,
)
from plans.api.closing import PlanClose, PriorityLeave
from plans.api.escalating import (
    ConcernDecide,
    ConcernLetters,
    ConcernSteps,
    ConcernWithdraw,
    SchoolConcerns,
)
from plans.api.matching_by_hand import (
    MatchAccept,
    MatchChange,
    MatchingMatches,
    MatchingWanted,
    MatchPutBack,
    MatchRemove,
    PeriodMatching,
)
from plans.api.offering import OfferConfirm, OfferWithdraw, PersonOffer, SchoolOffer
from plans.api.progressing import PlanProgress, PlanProgressAnswers, PlanProgressSend
from plans.api.sections import PlanSections
from plans.api.seeing_through import ConcernDuties, ConcernEnd, ConcernLooks, ConcernPlan
from plans.api.supporting import SchoolSupportRequests, SupportRequestAnswer, SupportRequestSend
from plans.api.validating import PlanValidate
from plans.api.writing import PlanPriorities, PlanPriority, SchoolPlans, TrustPlans

WRITING: dict[str, tuple[type[APIView], str]] = {
    "schools/<pk>/plans": (SchoolPlans, "api_plan_begin"),
    "plans/trust": (TrustPlans, "api_plan_begin_trust"),
    "plans/<pk>/sections": (PlanSections, "api_plan_sections"),
    "plans/<pk>/progress": (PlanProgress, "api_plan_progress"),
    "plans/<pk>/progress/answers": (PlanProgressAnswers, "api_plan_progress_answers"),
    "plans/<pk>/progress/send": (PlanProgressSend, "api_plan_progress_send"),
    "plans/<pk>/priorities": (PlanPriorities, "api_priority_new"),
    "plans/<pk>/priorities/<priority_id>": (PlanPriority, "api_priority"),
    "plans/<pk>/actions": (PlanActions, "api_plan_action_new"),
    "plans/<pk>/actions/<action_id>": (PlanAction, "api_plan_action"),
    "plans/<pk>/send": (PlanSend, "api_plan_send"),
    "plans/<pk>/answer": (PlanAnswer, "api_plan_answer"),
    "plans/conditions/<pk>/met": (ConditionMet, "api_condition_met"),
    "plans/conditions/<pk>/answer": (ConditionAnswer, "api_condition_answer"),
    "plans/<pk>/take-back": (PlanTakeBack, "api_plan_take_back"),
    "plans/<pk>/close": (PlanClose, "api_plan_close"),
    "plans/<pk>/validate": (PlanValidate, "api_plan_validate"),
    "plans/<pk>/priorities/<priority_id>/leave": (PriorityLeave, "api_priority_leave"),
    "actions/<pk>/verdict": (ActionVerdict, "api_action_verdict"),
    "schools/<pk>/concerns": (SchoolConcerns, "api_concern_raise"),
    "concerns/<pk>/steps": (ConcernSteps, "api_concern_propose"),
    "concerns/<pk>/decide": (ConcernDecide, "api_concern_decide"),
    "concerns/<pk>/duties": (ConcernDuties, "api_concern_duty"),
    "concerns/<pk>/looks": (ConcernLooks, "api_concern_look"),
    "concerns/<pk>/take-back": (ConcernWithdraw, "api_concern_withdraw"),
    "concerns/<pk>/plan": (ConcernPlan, "api_concern_plan"),
    "concerns/<pk>/end": (ConcernEnd, "api_concern_end"),
    "concerns/<pk>/letters": (ConcernLetters, "api_concern_letter"),
    "schools/<pk>/support_requests": (SchoolSupportRequests, "api_support_ask"),
    "support_requests/<pk>/send": (SupportRequestSend, "api_support_send"),
    "support_requests/<pk>/answer": (SupportRequestAnswer, "api_support_answer"),
    "schools/<pk>/offer": (SchoolOffer, "api_offer_of_school"),
    "team/<pk>/offer": (PersonOffer, "api_offer_of_person"),
    "offers/<pk>/confirm": (OfferConfirm, "api_offer_confirm"),
    "offers/<pk>/withdraw": (OfferWithdraw, "api_offer_withdraw"),
    "periods/<pk>/matching": (PeriodMatching, "api_matching_solve"),
    "matchings/<pk>/matches": (MatchingMatches, "api_match_add"),
    "matchings/<pk>/wanted": (MatchingWanted, "api_matching_want"),
    "matches/<pk>/change": (MatchChange, "api_match_change"),
    "matches/<pk>/remove": (MatchRemove, "api_match_remove"),
    "matches/<pk>/put-back": (MatchPutBack, "api_match_put_back"),
    "matches/<pk>/accept": (MatchAccept, "api_match_accept"),
    "schools/<pk>/support_bookings": (SchoolSupportBookings, "api_support_book"),
    "support_bookings/<pk>/delivered": (SupportDelivered, "api_support_delivered"),
    "support_bookings/<pk>/missed": (SupportMissed, "api_support_missed"),
    "support_bookings/<pk>/confirmation": (SupportConfirmation, "api_support_confirmation"),
    "support_bookings/<pk>/denial": (SupportDenial, "api_support_denial"),
    "support_bookings/<pk>/cancel": (SupportCancel, "api_support_cancel"),
}
"""What is written of plans and support."""
