"""People whose numbers, names and texts are planted everywhere, to be found nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from tests.services.enrolment.people import Person

ZUBAIDAH = Person(
    nik="1771056505870013",
    family_card="1771099912340021",
    name="Zubaidah Kertanegara",
    birth_date="1987-05-25",
    regency="17.71",
)
UMBU = Person(
    nik="5312112907910004",
    family_card="5312110101010077",
    name="=Umbulandi Rambaraji",
    birth_date="1991-07-29",
    regency="17.71",
)
WAHYU = Person(
    nik="1771012308790021",
    family_card="1771019988770055",
    name="Wahyuningsih Prabandari",
    birth_date="1979-08-23",
    regency="17.71",
)
SITI = Person(
    nik="1771014411850031",
    family_card="1771017788990031",
    name="Sitirahayu Mangkuwana",
    birth_date="1985-11-04",
    regency="17.71",
)
TONO = Person(
    nik="1771011902880032",
    family_card="1771017788990032",
    name="Tonowidjaja Prasodjo",
    birth_date="1988-02-19",
    regency="17.71",
)
RATIH = Person(
    nik="1771016603900033",
    family_card="1771017788990033",
    name="Ratihpurnama Wedhaswara",
    birth_date="1990-03-26",
    regency="17.71",
)
CANDIDATES = 5_000
"""Each has a NIK and a card number, ten thousand together, and the number of a family card."""
NEVER_ADMITTED = "6472031112990009"
LISTED_ONLY = ["7371014408800031", "7371019940800031"]
"""On a list, and in a line of its file that holds no possible date; neither ever held a card."""
APPEAL = f"Nama saya Umbu Rambaraji, NIK {UMBU.nik}, ibu saya Magdalena Hunggu"
SAID_OF_A_TRAINER = "Tetriwanda"


def strangers() -> Iterator[Person]:
    """Make people whose numbers stand nowhere else."""
    for serial in range(1, 10_000):
        yield Person(
            nik=f"177102020588{serial:04d}",
            family_card=f"1771020300{serial:06d}",
            name=f"Orang Banyak {serial}",
            birth_date="1988-05-02",
        )
