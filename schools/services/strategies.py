"""Publishing strategies and choosing which one a school follows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Max

from schools.audit import record_act
from schools.models import Kpi, Membership, School, StrategyChoice, StrategyVersion
from schools.strategy import Strategy, StrategyError, read_strategy


def shipped_strategies() -> dict[str, Path]:
    """The strategies that come with the product, by file stem, in alphabetical order."""
    return {path.stem: path for path in sorted((settings.BASE_DIR / "strategies").glob("*.toml"))}


def publish_strategy(
    text: str, *, by: Membership | None, starts_on: date, name: str = "strategy.toml", why: str = ""
) -> StrategyVersion:
    """Publish a new version of the strategy in `text` (TOML) in the open trust.

    Raises ValidationError with one sentence a fault. The version in the file must be above every published one of the
    same key; open assessments keep the version they began with.
    """
    try:
        strategy = read_strategy(text, name=name)
    except StrategyError as error:
        raise ValidationError(error.faults) from None
    _check_version(strategy, starts_on)
    record_act("strategy.published", StrategyVersion, by=by, after=strategy.identity.title, why=why)
    version = StrategyVersion.objects.create(
        key=strategy.identity.key,
        version=strategy.identity.version,
        title=strategy.identity.title,
        text=text,
        document=strategy.model_dump(mode="json"),
        starts_on=starts_on,
        published_by=by,
    )
    register_kpis(strategy)
    return version


def _check_version(strategy: Strategy, starts_on: date) -> None:
    published = StrategyVersion.objects.filter(key=strategy.identity.key)
    found = published.aggregate(version=Max("version"), starts=Max("starts_on"))
    if found["version"] is not None and strategy.identity.version <= found["version"]:
        raise ValidationError(
            f"identity.version: version {strategy.identity.version} was published before; "
            f"expected {found['version'] + 1} or more."
        )
    if found["starts"] is not None and starts_on < found["starts"]:
        raise ValidationError("A new version cannot start before the one it replaces.")


def register_kpis(strategy: Strategy) -> None:
    """Give every KPI that is new to the trust the next number of its register. Numbers are never used again."""
    known = dict(Kpi.objects.values_list("key", "number"))
    last = max(known.values(), default=-1)
    new = [kpi for kpi in strategy.kpis() if kpi.key not in known]
    Kpi.objects.bulk_create(
        Kpi(number=number, key=kpi.key, label=kpi.label) for number, kpi in enumerate(new, start=last + 1)
    )


def choose_strategy(key: str, *, by: Membership | None, from_on: date, school: School | None = None) -> StrategyChoice:
    """Let the trust, or one school, follow the strategy `key` from a day on."""
    if not StrategyVersion.objects.filter(key=key).exists():
        raise ValidationError("Publish this strategy before choosing it.")
    record_act("strategy.chosen", StrategyChoice, by=by, school=school, after=key)
    choice, _ = StrategyChoice.objects.update_or_create(
        school=school, from_on=from_on, defaults={"key": key, "made_by": by}
    )
    return choice


def adopt_strategy(
    text: str, *, by: Membership, starts_on: date, name: str = "strategy.toml", why: str = "", follow: bool = True
) -> None:
    """Publish the strategy in `text`, unless this very file is published already, and let the trust follow it."""
    known = StrategyVersion.objects.filter(text=text).values_list("key", flat=True).first()
    key = known or publish_strategy(text, by=by, starts_on=starts_on, name=name, why=why).key
    if follow:
        choose_strategy(key, by=by, from_on=starts_on)
