"""Believable people from many countries, their names in the script in which they write them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from faker import Faker

from app.utils.text import fold


@dataclass(frozen=True)
class Origin:
    """Where somebody is from: country, Faker's locale for names, language of the account, zone, institutions, a city."""

    country: str
    locale: str
    language: str
    time_zone: str
    city: str
    institutions: tuple[str, ...]


ORIGINS = (
    Origin(
        "KE",
        "sw",
        "en",
        "Africa/Nairobi",
        "Kisumu",
        ("University of Nairobi", "Maseno University", "Strathmore University"),
    ),
    Origin(
        "NG",
        "yo_NG",
        "en",
        "Africa/Lagos",
        "Ibadan",
        ("University of Ibadan", "University of Lagos", "Covenant University"),
    ),
    Origin(
        "NG",
        "ig_NG",
        "en",
        "Africa/Lagos",
        "Enugu",
        ("University of Nigeria, Nsukka", "Nnamdi Azikiwe University"),
    ),
    Origin(
        "SN",
        "fr_FR",
        "fr",
        "Africa/Dakar",
        "Dakar",
        ("Université Cheikh Anta Diop", "Université Gaston Berger"),
    ),
    Origin(
        "CI",
        "fr_FR",
        "fr",
        "Africa/Abidjan",
        "Abidjan",
        ("Université Félix Houphouët-Boigny", "INP-HB Yamoussoukro"),
    ),
    Origin(
        "GH", "tw_GH", "en", "Africa/Accra", "Kumasi", ("KNUST", "University of Ghana", "Ashesi University")
    ),
    Origin(
        "ZA",
        "zu_ZA",
        "en",
        "Africa/Johannesburg",
        "Cape Town",
        ("University of Cape Town", "Wits University"),
    ),
    Origin("EG", "ar_EG", "en", "Africa/Cairo", "Cairo", ("Cairo University", "Ain Shams University")),
    Origin("MA", "ar_AA", "fr", "Africa/Casablanca", "Rabat", ("Université Mohammed V", "UM6P Benguérir")),
    Origin("MZ", "pt_PT", "en", "Africa/Maputo", "Maputo", ("Universidade Eduardo Mondlane",)),
    Origin(
        "TZ", "sw", "en", "Africa/Dar_es_Salaam", "Arusha", ("University of Dar es Salaam", "NM-AIST Arusha")
    ),
    Origin("BR", "pt_BR", "en", "America/Sao_Paulo", "São Paulo", ("Universidade de São Paulo", "UFMG")),
    Origin(
        "CO",
        "es_CO",
        "en",
        "America/Bogota",
        "Medellín",
        ("Universidad de los Andes", "Universidad de Antioquia"),
    ),
    Origin("IN", "hi_IN", "en", "Asia/Kolkata", "Chennai", ("IIT Madras", "IISc Bengaluru")),
    Origin("CN", "zh_CN", "en", "Asia/Shanghai", "Beijing", ("Tsinghua University", "Fudan University")),
    Origin("JP", "ja_JP", "en", "Asia/Tokyo", "Kyoto", ("Kyoto University", "University of Tokyo")),
    Origin("VN", "vi_VN", "en", "Asia/Ho_Chi_Minh", "Hà Nội", ("VNU Hà Nội", "HCMUT")),
    Origin("KZ", "ru_RU", "en", "Asia/Almaty", "Astana", ("Nazarbayev University", "КазНУ имени аль-Фараби")),
    Origin("UA", "uk_UA", "en", "Europe/Kyiv", "Київ", ("КНУ імені Тараса Шевченка", "УКУ Львів")),
    Origin("PL", "pl_PL", "en", "Europe/Warsaw", "Warszawa", ("Uniwersytet Warszawski", "AGH Kraków")),
    Origin("FR", "fr_FR", "fr", "Europe/Paris", "Lyon", ("ENS de Lyon", "Sorbonne Université")),
    Origin("DE", "de_DE", "en", "Europe/Berlin", "Tübingen", ("Universität Tübingen", "TU München")),
    Origin("TR", "tr_TR", "en", "Europe/Istanbul", "İstanbul", ("Boğaziçi Üniversitesi", "ODTÜ Ankara")),
)
WEIGHTS = (30, 12, 8, 14, 8, 10, 9, 9, 8, 4, 8, 5, 4, 9, 4, 3, 5, 4, 4, 4, 4, 4, 3)


@dataclass(frozen=True)
class Person:
    """Somebody who might apply or be invited."""

    given_name: str
    family_name: str
    email: str
    institution: str
    origin: Origin
    gender: str


def make_people(seed: int, *, salt: str) -> Iterator[Person]:
    """People without end; the same seed and salt make the same ones, each with an address of their own."""
    chance = random.Random(f"{seed}/{salt}")
    fakers: dict[str, Faker] = {}
    number = 0
    while True:
        number += 1
        origin = chance.choices(ORIGINS, WEIGHTS)[0]
        faker = fakers.get(origin.locale)
        if faker is None:
            faker = fakers[origin.locale] = Faker(origin.locale)
            faker.seed_instance(f"{seed}/{salt}/{origin.locale}")
        woman = chance.random() < 0.48
        given = faker.first_name_female() if woman else faker.first_name_male()
        family = faker.last_name_female() if woman else faker.last_name_male()
        yield Person(
            given_name=given,
            family_name=family,
            email=_address(given, family, salt, number),
            institution=chance.choice(origin.institutions),
            origin=origin,
            gender="woman" if woman else "man",
        )


def _address(given: str, family: str, salt: str, number: int) -> str:
    letters = [fold(part).replace(" ", "").replace("'", "") for part in (given, family)]
    plain = ".".join(part for part in letters if part.isascii() and part.isalnum()) or "person"
    return f"{plain}.{salt}{number}@example.org"
