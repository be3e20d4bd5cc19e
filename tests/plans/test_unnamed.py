"""What worked at other schools, told without names: words that would say whose it was are held back."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as some

from plans.rules.unnamed import folded, gives_away, telling

SCHOOLS = ["Dunmere Primary School", "St Mary’s C of E Primary", "Oakwood Infants", "The Park School", "High Grove"]
PEOPLE = ["Ben Osei", "Zoë Müller-Hall", "Siân O’Brien", "Łucja Søndergård", "Ng Li", "Mark Church", "Anne Kofi Dent"]
KNOWN = telling(SCHOOLS, PEOPLE)


@pytest.mark.parametrize(
    "text",
    [
        "Dunmere reads daily", "dunmere reads daily", "DUNMERE’S reading", "Dunmeres reading", "Dun\u00admere reads",
        "At D\u00fanmere", "#dunmere_reads", "dunmere2", "DunmerePrimary site", "Ｄｕｎｍｅｒｅ reads",
        "St Mary's shared it", "St Mary’s shared it", "st marys shared it", "St. Marys' choir", "the mary  team",
        "Oakwood shared it", "oak wood shared it", "Oak-Wood shared it", "OAK  WOOD shared it",
        "as at park school", "The Park  School way", "grove way",
        "Ben's coaching", "mr osei leads", "Mr. OSEI leads", "Osei’s books", "the Oseis", "b. osei", "OSEI,",
        "Zoe Muller", "zoë mu\u0308ller", "the HALL way", "MÜLLER-HALL", "MullerHall",
        "OBrien leads", "O'Brien leads", "O’Brien leads", "O`Brien", "o brien", "Sian leads", "SIÂN leads",
        "Lucja leads", "Sondergard leads", "SØNDERGÅRD leads", "Ng leads", "ng leads", "LI leads",
        "mark leads on books", "Church leads", "BO leads", "B.O. leads", "B. O. leads", "led by AKD", "led by AD",
        "SOB leads", "led by LS", "DPS way",
        "Mrs Smith leads", "mrs smith leads", "Dr Nobody-Knows", "Miss Jones leads", "MISS JONES leads", "miss Jones",
    ],
)  # fmt: skip
def test_these_are_held_back(text: str):
    assert gives_away(text, KNOWN), text


@pytest.mark.parametrize(
    "text",
    [
        "Daily phonics for Year 3.", "A primary school trust way of reading", "Pupils who miss lessons", "",
        "Oak trees in the wood", "A walk in the parkland school day", "High expectations", "At Christmas in Lent",
        "PE and RE in KS2", "An action of the SENCO", "B and O are shapes", "the sixth form", "Bobby stones", "Benches",
        "Dunmore is another place", "O levels", "We also read.", "Reading for all: 20 minutes",
    ],
)  # fmt: skip
def test_these_tell_of_nobody(text: str):
    assert not gives_away(text, KNOWN), text


@given(
    some.sampled_from([*SCHOOLS, *PEOPLE]),
    some.sampled_from([str.lower, str.upper, str.title, str.swapcase]),
    some.sampled_from(["NFC", "NFD", "NFKC", "NFKD"]),
    some.sampled_from([" ", "  ", "\n", "\u00a0", "-", "–", ". ", "_", "/"]),
    some.text(alphabet="abcdefgh ,.", max_size=12),
)
def test_a_whole_name_is_always_held_back(name: str, case, form: str, between: str, around: str):
    written = between.join(unicodedata.normalize(form, case(name)).split(" "))
    assert gives_away(f"{around} {written} {around}", KNOWN), written


@given(some.text(max_size=40))
def test_folding_again_changes_nothing(text: str):
    assert folded(" ".join(folded(text))) == folded(text)
