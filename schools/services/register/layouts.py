"""The files that can be imported, told apart by their columns, and what each column means."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from . import values
from .reading import plain_name
from .values import Clean, text

STATUSES = (
    "Open", "Closed", "Open, but proposed to close", "Proposed to open", "Pending approval", "Rejected opening",
    "Created in error", "De-registered as EY Setting", "Quarantine",
)  # fmt: skip
GROUP_STATUSES = ("Open", "Closed", "Proposed to open", "Created in error")


@dataclass(frozen=True)
class Column:
    """One column that is kept: its name in the database, its names in files, and how a cell is cleaned."""

    name: str
    called: tuple[str, ...]
    clean: Clean
    type: str = "text"
    blank: str = ""


@dataclass(frozen=True)
class Layout:
    """One kind of file."""

    key: str
    label: str
    needs: tuple[str, ...]
    without: tuple[str, ...]
    columns: tuple[Column, ...]
    once: tuple[str, ...]
    """The columns that tell two rows apart."""
    spills_after: str = ""
    """The last column's name where rows may be longer than the header."""
    leaves_out: dict[str, dict[str, str]] = field(default_factory=dict)
    """Column in the file -> its value, in small letters -> why such a row is left out."""
    needs_one: tuple[str, ...] = ()
    """At least one of these columns must be there."""

    def fits(self, names: set[str]) -> bool:
        """Whether a header with these names is one of this kind."""
        if not plain_names(self.needs) <= names or plain_names(self.without) & names:
            return False
        return not self.needs_one or bool(plain_names(self.needs_one) & names)


def plain_names(names: tuple[str, ...]) -> set[str]:
    return {plain_name(name) for name in names}


def number(name: str, *called: str, most: int) -> Column:
    return Column(name, called, values.whole(most), "integer", values.NULL)


def place(name: str, *called: str, most: int) -> Column:
    return Column(name, called, values.metres(most), "integer", values.NULL)


def day(name: str, *called: str) -> Column:
    return Column(name, called, values.day, "date", values.NULL)


def words(name: str, limit: int, *called: str, needed: bool = False) -> Column:
    return Column(name, called, text(limit, needed=needed))


def identifier(name: str, clean: Callable[[str], str], *called: str) -> Column:
    return Column(name, called, clean)


CENTRES = dict.fromkeys(("children's centre", "children's centre linked site"), "children’s centres, not schools")

ESTABLISHMENTS = Layout(
    key="establishments",
    label="Establishments (schools)",
    needs=("URN", "EstablishmentName", "EstablishmentNumber", "EstablishmentStatus (name)"),
    without=("Group UID",),
    columns=(
        identifier("urn", values.URN, "URN"),
        words("name", 200, "EstablishmentName", needed=True),
        identifier("number", values.NUMBER, "EstablishmentNumber"),
        identifier("ukprn", values.UKPRN, "UKPRN"),
        identifier("la_code", values.LA_CODE, "LA (code)"),
        words("la_name", 80, "LA (name)"),
        words("kind", 80, "TypeOfEstablishment (name)"),
        identifier("status", values.one_of(STATUSES), "EstablishmentStatus (name)"),
        Column("phase", ("PhaseOfEducation (name)",), values.phase),
        number("age_low", "StatutoryLowAge", most=130),
        number("age_high", "StatutoryHighAge", most=130),
        number("capacity", "SchoolCapacity", most=100_000),
        number("pupils", "NumberOfPupils", most=100_000),
        Column("fsm_percent", ("PercentageFSM",), values.percent, "numeric(5,2)", values.NULL),
        day("opened_on", "OpenDate"),
        day("closed_on", "CloseDate"),
        identifier("group_uid", values.GROUP, "Trusts (code)"),
        words("postcode", 10, "Postcode"),
        words("town", 80, "Town"),
        place("easting", "Easting", most=700_000),
        place("northing", "Northing", most=1_300_000),
    ),
    once=("urn",),
    spills_after="Linked establishments",
    leaves_out={"TypeOfEstablishment (name)": CENTRES},
)

GROUP_COLUMNS = (
    identifier("group_id", values.group_id, "Group ID"),
    identifier("kind_code", values.kind_code, "Group Type (code)"),
    words("group_kind", 80, "Group Type"),
    identifier("group_status", values.one_of(GROUP_STATUSES), "Group Status"),
    identifier("companies_house", values.company, "Companies House Number"),
    day("group_closed_on", "Closed Date"),
    day("group_opened_on", "Incorporated on (open date)"),
    day("group_open_date", "Open date"),
)

GROUPS = Layout(
    key="groups",
    label="Groups (trusts, federations, sponsors)",
    needs=("Group UID", "Group Name", "Group Type (code)", "Group Status"),
    without=("URN",),
    columns=(
        identifier("uid", values.UID, "Group UID"),
        words("group_name", 200, "Group Name", needed=True),
        *GROUP_COLUMNS,
        identifier("ukprn", values.UKPRN, "UKPRN"),
    ),
    once=("uid",),
)

GROUP_LINKS = Layout(
    key="group_links",
    label="Which school belongs to which group",
    needs=("URN", "Group UID"),
    without=(),
    columns=(
        identifier("urn", values.URN, "URN"),
        identifier("uid", values.UID, "Group UID"),
        words("group_name", 200, "Group Name"),
        *GROUP_COLUMNS,
        day("joined_on", "Joined date"),
        words("name", 200, "EstablishmentName"),
        words("kind", 80, "TypeOfEstablishment (name)"),
        Column("phase", ("PhaseOfEducation (name)", "SCHOOLTYPE"), values.phase),
        identifier("la_code", values.LA_CODE, "LA (code)"),
        words("la_name", 80, "LA (name)"),
        identifier("number", values.NUMBER, "EstablishmentNumber"),
        words("postcode", 10, "Postcode"),
        number("pupils", "NOR", most=100_000),
    ),
    once=("urn", "uid"),
    leaves_out={"TypeOfEstablishment (name)": CENTRES},
)

ACADEMY_LIST = Layout(
    key="academy_list",
    label="Academies master list",
    needs=("Company Registration Number", "Academy Trust Name", "LA Establishment Number", "Valid From"),
    without=("URN",),
    columns=(
        identifier("companies_house", values.company, "Company Registration Number"),
        identifier("laestab", values.laestab, "LA Establishment Number"),
        words("name", 200, "Academy Name", needed=True),
        day("valid_from", "Valid From"),
        day("joined_on", "Date joined or opened if in period"),
        day("left_on", "Date left or closed if in period"),
    ),
    once=("companies_house", "laestab"),
)

ESTABLISHMENT_LINKS = Layout(
    key="establishment_links",
    label="Predecessors and successors of schools",
    needs=("URN", "LinkURN", "LinkType"),
    without=(),
    columns=(
        identifier("urn", values.URN, "URN"),
        identifier("linked_urn", values.URN, "LinkURN"),
        words("linked_name", 200, "LinkName"),
        words("kind", 80, "LinkType", needed=True),
        day("since", "LinkEstablishedDate"),
    ),
    once=("urn", "linked_urn", "kind"),
)

LAYOUTS = (ESTABLISHMENTS, GROUPS, ACADEMY_LIST, ESTABLISHMENT_LINKS, GROUP_LINKS)
