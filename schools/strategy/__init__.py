"""The strategy file: its schema, its checks and its loader. A trust's rules are data read through here."""

from .basics import Cadence, Role, SchoolPhase
from .categories import Axis, Criterion, Fact, Kpi, Level, Rule, Scale
from .document import Strategy
from .load import StrategyError, parsed, read_strategy, strategy_from

__all__ = [
    "Axis",
    "Cadence",
    "Criterion",
    "Fact",
    "Kpi",
    "Level",
    "Role",
    "Rule",
    "Scale",
    "SchoolPhase",
    "Strategy",
    "StrategyError",
    "parsed",
    "read_strategy",
    "strategy_from",
]
