"""The gentle warning when a person seems to be named: what it finds, and what it must leave alone."""

from __future__ import annotations

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.rules.people_named import people_named


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Miss Smith teaches phonics well.", ("Miss Smith",)),
        ("Led by Mrs O'Neill and Mr. Patel since May.", ("Mrs O'Neill", "Mr. Patel")),
        ("Dr J Brown reviewed reading.", ("Dr J Brown",)),
        ("Ms Taylor-Green Year 4", ("Ms Taylor-Green",)),
        ("Miss S has moved to Year 2.", ("Miss S",)),
        ("Our teacher Anna Smith leads maths.", ("Anna Smith",)),
        ("Anna Smith, our SENCO, runs the group.", ("Anna Smith",)),
        ("Anna Smith is the new deputy.", ("Anna Smith",)),
        ("A pupil called Jamie has settled.", ("Jamie",)),
        ("The boy Jamie Brown was suspended twice.", ("Jamie Brown",)),
        ("Pupil Jamie has settled.", ("Jamie",)),
        ("Miss Smith and again Miss Smith.", ("Miss Smith",)),
        ("Miss Jane Smith, and Miss Smith's class", ("Miss Jane Smith", "Miss Smith")),
    ],
)
def test_a_person_is_seen(text: str, found: tuple[str, ...]) -> None:
    assert people_named(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Pupils in Key Stage 2 read widely.",
        "Year 4 teachers plan together on Monday and Tuesday.",
        "In March and April attendance fell; in May it rose.",
        "Teachers in Early Years use Read Write Inc and Little Wandle.",
        "The head of St Mary's Church visited in September.",
        "Governors visited Dunmere Primary in the Autumn Term.",
        "Pupils from North East Lincolnshire join in Year 7.",
        "Leaders at Park Lane share planning with Forest Hill.",
        "Children Missing Education are followed up daily.",
        "Pupil Premium pupils gained two points.",
        "The deputy leads behaviour. White Rose Maths is used in all classes.",
        "Parents said that Breakfast Club helps.",
        "Quality of Education is at the Expected Standard.",
        "Teachers use Miss-rule tasks; nothing was a hit or Miss In class.",
        "OFSTED 2024 and DfE SEND guidance are followed by staff.",
        "We miss Year 6 trips. The drive is steep.",
        "**Strengths** Pupils speak Polish and Romanian at home.",
        "The teachers' Professional Growth groups meet.",
    ],
)
def test_what_is_no_person_is_left_alone(text: str) -> None:
    assert people_named(text) == ()


def test_members_of_the_school_are_known_by_their_full_name() -> None:
    assert people_named("ben osei has rewritten the plan", ["Ben Osei", "Gita Chair"]) == ("ben osei",)
    assert people_named("Benjamin sat on the chair", ["Ben Osei", "Gita Chair", "Madonna"]) == ()


@given(st.text(max_size=300), st.lists(st.text(max_size=20), max_size=3))
def test_any_text_is_read_and_what_is_found_stands_in_it(text: str, known: list[str]) -> None:
    flat = " ".join(text.split())
    for words in people_named(text, known):
        assert words in flat


def test_a_long_text_is_read_in_no_time() -> None:
    begun = perf_counter()
    people_named("Teacher Anna " * 3000 + "Miss " * 3000 + "A" * 9000, ["Ben Osei"] * 50)
    assert perf_counter() - begun < 2
