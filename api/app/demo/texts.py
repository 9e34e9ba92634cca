"""What applicants write: whole sentences, chosen by chance, so that lists and searches have something to find."""

import random

PROBLEMS = (
    (
        "fish stocks",
        "We predict fish stocks from landing records, satellite images of chlorophyll and the phone calls that fishers make to the quay.",
    ),
    (
        "crop disease",
        "We recognise diseases of cassava leaves on phones that are five years old and mostly without a connection.",
    ),
    (
        "speech",
        "We build speech recognition for a language with nine million speakers and eleven hours of transcribed recordings.",
    ),
    (
        "malaria",
        "We count parasites in blood films with a microscope that clips on a phone, and say how sure we are of each count.",
    ),
    (
        "floods",
        "We forecast floods two days ahead for villages along a river that has three gauges, one of which works.",
    ),
    (
        "maternal health",
        "We look for the pregnancies that will need a hospital among two hundred thousand paper records that a ministry scanned.",
    ),
    (
        "traffic",
        "We learn the minibus routes of a city from the phones of passengers, because nobody has ever drawn the map.",
    ),
    (
        "translation",
        "We translate school books between two languages that share a grammar and hardly a word.",
    ),
    (
        "wildlife",
        "We listen for elephants at forty acoustic stations and tell rangers within a minute where they walk.",
    ),
    (
        "electricity",
        "We plan mini-grids from night lights and mobile-money payments, and check the plan against eighteen months of meters.",
    ),
    (
        "soil",
        "We estimate soil carbon from cheap spectrometers, with the errors that farmers and buyers of credits both accept.",
    ),
    ("locusts", "We follow locust swarms with reports that arrive late, doubled and in four languages."),
)
METHODS = (
    "So far a hierarchical model fills the gaps by place and season, and it beats last year's numbers by a fifth.",
    "A small network does better than the large one, because the large one remembers the villages instead of the pattern.",
    "Our baseline is a careful linear model; everything deeper has to beat it on the last year, which it has not seen.",
    "We combine a physical model with a learned correction and report intervals rather than single numbers.",
    "We have labels for a tenth of the data and use the rest by training the model to agree with itself.",
)
TROUBLES = (
    "It fails after storms, when nobody writes anything down, and this is what I want to understand at the school.",
    "The hardest part is not the model but the missing data: they are missing exactly where it matters.",
    "The data come from three institutions that count differently, and I would like to learn how others have joined theirs.",
    "I do not yet know how to tell a user that the model is unsure without losing their trust.",
    "We have no ground truth for the poorest district, and I am afraid that our error there is the largest.",
)
MOTIVES = (
    "I know frequentist statistics well and probabilistic programming badly, and hope to leave with a model that says how sure it is.",
    "My department has nobody who works on this. Two weeks with people who do would replace a year of guessing.",
    "I have taught myself from recorded lectures. What they cannot give me is somebody who looks at my data and disagrees.",
    "I begin my thesis in autumn and want to choose a question that somebody will use the answer of.",
)
SHARING = (
    "I run a reading group of fourteen students and will teach each lecture again, in French and Wolof.",
    "I will put the labs on the memory sticks that our library lends, with data from our own region.",
    "With two colleagues I will give a three-day course to the people of the county's statistics office.",
    "I will write up what I learn for our radio programme, which farmers listen to on Thursdays.",
)
WORK = (
    "I keep the data pipeline of a clinic network running and answer what its doctors ask of it.",
    "I build credit scores for a savings cooperative and spend most of my days on the data that are missing.",
)
BUILT = (
    "A classifier of road damage from bus cameras; it runs in one county and has found 214 potholes.",
    "A keyboard that suggests words in my language, used by about three thousand people.",
    "A forecast of clinic visits by week that the pharmacy orders by.",
)


def write_project(chance: random.Random) -> str:
    """Fifty to a hundred words about one's work."""
    _subject, opening = chance.choice(PROBLEMS)
    words = " ".join((opening, chance.choice(METHODS), chance.choice(TROUBLES)))
    return f"{words} I would bring the data, the code, and the questions that I cannot answer alone."
