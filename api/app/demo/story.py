"""The organisation, its events and its people, as the demonstration tells them."""

from datetime import date, datetime, time, timedelta
from typing import Any

from app.events.models import EventKind, PhaseKind, Role
from app.events.windows import Window

PASSWORD = "marula-demo"
ZONE = "Africa/Nairobi"
HOST = "lakeside.example"

ORGANISATION: dict[str, Any] = {
    "key": "lakeside",
    "name": "Lakeside Institute",
    "languages": ["en", "fr"],
    "contact_email": f"school@{HOST}",
    "website": f"https://{HOST}",
    "colour": "#1f6b4a",
    "mark": "lake",
    "currency": "USD",
    "privacy_policy": {
        "en": "We use what you send us to choose participants and to run the event. Organisers and reviewers read it; "
        "nobody else does. We delete it two years after the event, or earlier if you ask.",
        "fr": "Nous utilisons ce que vous nous envoyez pour choisir les participants et organiser la rencontre. Seuls "
        "l’équipe et le comité de lecture le lisent. Nous l’effaçons deux ans après, ou plus tôt si vous le demandez.",
    },
}
# Who signs in: the part before the at sign, given and family name, role in the open event, what they do.
TEAM: tuple[tuple[str, str, str, Role | None, str], ...] = (
    ("wanjiru", "Wanjiru", "Kamau", None, "owner of the organisation"),
    ("achieng", "Achieng", "Otieno", Role.ORGANISER, "organiser"),
    ("tariq", "Tariq", "Haddad", Role.VIEWER, "viewer"),
    ("grace", "Grace", "Mwangi", Role.REVIEWER, "reviewer"),
    ("joao", "João", "Macuácua", Role.TREASURER, "treasurer"),
    ("miriam", "Miriam", "Auma", Role.REGISTRAR, "registrar"),
    ("brian", "Brian", "Ouma", Role.DESK, "desk"),
)
GUEST_ROLES: list[dict[str, Any]] = [
    {"key": "speaker", "label": {"en": "Speaker", "fr": "Conférencière ou conférencier"}},
    {"key": "mentor", "label": {"en": "Mentor", "fr": "Mentore ou mentor"}},
    {"key": "jury", "label": {"en": "Jury", "fr": "Jury"}},
    {"key": "press", "label": {"en": "Press", "fr": "Presse"}},
    {"key": "volunteer", "label": {"en": "Volunteer", "fr": "Bénévole"}},
]


def open_event(today: date) -> dict[str, Any]:
    """The event whose call is open: it closes in a little more than three weeks."""
    closes = today + timedelta(days=24)
    starts = _monday_after(today + timedelta(days=220))
    return _event(
        key=f"lakeside-{starts.year}",
        prefix=f"LSS{starts.year % 100}",
        starts=starts,
        phases={
            PhaseKind.APPLICATION: _window(today - timedelta(days=40), closes),
            PhaseKind.REVIEW: _window(closes + timedelta(days=3), closes + timedelta(days=40)),
            PhaseKind.OFFER: _window(closes + timedelta(days=55), closes + timedelta(days=76)),
            PhaseKind.REGISTRATION: _window(closes + timedelta(days=60), closes + timedelta(days=95)),
            PhaseKind.ATTENDANCE: _window(starts, starts + timedelta(days=11)),
        },
    )


def closed_event(today: date) -> dict[str, Any]:
    """The event of the year before, whose decisions are released."""
    starts = _monday_after(today - timedelta(days=145))
    closes = starts - timedelta(days=120)
    return _event(
        key=f"lakeside-{starts.year}",
        prefix=f"LSS{starts.year % 100}",
        starts=starts,
        phases={
            PhaseKind.APPLICATION: _window(closes - timedelta(days=50), closes),
            PhaseKind.REVIEW: _window(closes + timedelta(days=3), closes + timedelta(days=40)),
            PhaseKind.OFFER: _window(closes + timedelta(days=50), closes + timedelta(days=70)),
            PhaseKind.REGISTRATION: _window(closes + timedelta(days=60), closes + timedelta(days=95)),
            PhaseKind.ATTENDANCE: _window(starts, starts + timedelta(days=11)),
        },
    )


def _event(*, key: str, prefix: str, starts: date, phases: dict[PhaseKind, Window]) -> dict[str, Any]:
    year = starts.year
    return {
        "key": key,
        "number_prefix": prefix,
        "kind": EventKind.SUMMER_SCHOOL,
        "languages": ["en", "fr"],
        "titles": {
            "en": f"Lakeside Summer School on Machine Learning {year}",
            "fr": f"École d’été Lakeside d’apprentissage automatique {year}",
        },
        "summaries": {
            "en": "Lectures, labs and mentoring with people who build machine learning for African problems: crops, "
            "clinics, languages and the lake itself.",
            "fr": "Cours, ateliers et mentorat avec celles et ceux qui mettent l’apprentissage automatique au service de "
            "problèmes africains : cultures, cliniques, langues et le lac lui-même.",
        },
        "descriptions": {
            "en": "## What you will do\n\nMornings are lectures, from probability to large models. Afternoons are labs in "
            "groups of eight with a mentor. In the second week each group works on a real data set from a partner in the "
            "region and presents it on the last day.\n\n## Who should apply\n\nYou have programmed for a year or more and "
            "know some statistics. You need not have published anything. We look for people who will teach others.\n\n"
            "## How we choose\n\nEvery application is read by at least two people, who do not see your name.",
            "fr": "## Le programme\n\nLe matin, des cours, des probabilités aux grands modèles. L’après-midi, des ateliers en "
            "groupes de huit avec un mentor. La deuxième semaine, chaque groupe travaille sur de vraies données d’un "
            "partenaire de la région et les présente le dernier jour.\n\n## Qui peut candidater\n\nVous programmez depuis un "
            "an au moins et connaissez un peu de statistique. Il n’est pas nécessaire d’avoir publié. Nous cherchons des "
            "personnes qui transmettront ce qu’elles apprennent.\n\n## Comment nous choisissons\n\nChaque candidature est lue "
            "par deux personnes au moins, qui ne voient pas votre nom.",
        },
        "facts": [
            {
                "kind": "place",
                "title": {"en": "Kisumu, Kenya", "fr": "Kisumu, Kenya"},
                "text": {"en": "Lakeside Institute campus", "fr": "Campus du Lakeside Institute"},
            },
            {
                "kind": "dates",
                "title": {},
                "text": {
                    "en": "Two weeks, in person, in English",
                    "fr": "Deux semaines, sur place, en anglais",
                },
            },
            {
                "kind": "audience",
                "title": {
                    "en": "For 160 early-career researchers",
                    "fr": "Pour 160 jeunes chercheuses et chercheurs",
                },
                "text": {
                    "en": "Master’s, PhD and up to five years after, from any country",
                    "fr": "Master, doctorat et jusqu’à cinq ans après, de tout pays",
                },
            },
            {
                "kind": "costs",
                "title": {"en": "Free to attend", "fr": "Participation gratuite"},
                "text": {
                    "en": "Travel and housing paid for 90 people",
                    "fr": "Voyage et logement pris en charge pour 90 personnes",
                },
            },
        ],
        "guest_roles": GUEST_ROLES,
        "place": "Kisumu, Kenya",
        "time_zone": ZONE,
        "starts_on": starts,
        "ends_on": starts + timedelta(days=11),
        "places": 160,
        "cover": "hills",
        "contact_email": f"school@{HOST}",
        "phases": phases,
    }


def _window(first: date, last: date) -> Window:
    """From the first minute of the first day to the last of the last, on the event's clock."""
    return Window(datetime.combine(first, time()), datetime.combine(last, time(23, 59)))


def _monday_after(day: date) -> date:
    return day + timedelta(days=(7 - day.weekday()) % 7 or 7)
