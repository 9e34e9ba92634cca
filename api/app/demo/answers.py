"""Answers to the summer school's form, chosen so that its conditions come true and false."""

import random
from datetime import date, timedelta
from typing import Any

from app.demo import texts
from app.demo.people import Person

STAGES = (("master", 34), ("phd", 38), ("postdoc", 10), ("bachelor", 6), ("lecturer", 5), ("industry", 7))
FIELDS = (
    "computer_science",
    "mathematics",
    "engineering",
    "physics",
    "life_sciences",
    "earth_sciences",
    "social_sciences",
)
TOPICS = ("foundations", "language", "vision", "health", "climate", "robotics", "fairness")


def answer_all(person: Person, chance: random.Random) -> dict[str, Any]:
    """Answers to every question that this person is asked."""
    stage = chance.choices([name for name, _weight in STAGES], [weight for _name, weight in STAGES])[0]
    answers: dict[str, Any] = {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "birth_date": (date(1985, 1, 1) + timedelta(days=chance.randrange(6_500))).isoformat(),
        "gender": person.gender if chance.random() < 0.96 else "not_said",
        "nationality": person.origin.country,
        "residence": person.origin.country,
        "career_stage": stage,
        "institution": person.institution,
        "field": chance.choice(FIELDS),
        "project": texts.write_project(chance),
        "motivation": chance.choice(texts.MOTIVES),
        "sharing": chance.choice(texts.SHARING),
        "topics": chance.sample(TOPICS, chance.randint(1, 3)),
        "programming_years": chance.randint(1, 14),
        "tools": chance.sample(("python", "r", "pytorch", "jax", "cloud"), chance.randint(1, 3)),
        "needs_visa": chance.random() < 0.5,
        "agrees_conduct": True,
        "agrees_data": True,
    }
    return answers | _about_work(stage, chance) | _about_skills(chance) | _about_grants(person, chance)


def _about_work(stage: str, chance: random.Random) -> dict[str, Any]:
    if stage in ("bachelor", "master", "phd"):
        answers: dict[str, Any] = {"degree_end": date(2027 + chance.randrange(3), 9, 30).isoformat()}
        return answers | ({"supervisor": "Prof. A. Otieno"} if stage == "phd" else {})
    return {"work_tasks": chance.choice(texts.WORK)} if stage == "industry" else {}


def _about_skills(chance: random.Random) -> dict[str, Any]:
    level = chance.choice(("course", "projects", "research"))
    answers: dict[str, Any] = {"ml_level": level, "published": chance.random() < 0.4}
    if level != "course":
        answers["ml_project"] = chance.choice(texts.BUILT)
    if answers["published"]:
        answers["publication"] = "A note on honest intervals, with two colleagues, at a regional workshop"
    return answers


def _about_grants(person: Person, chance: random.Random) -> dict[str, Any]:
    if chance.random() < 0.3:
        return {"needs_grant": False}
    grants = chance.sample(("travel", "room", "fee"), chance.randint(1, 3))
    answers: dict[str, Any] = {"needs_grant": True, "grants": grants, "partial_grant": chance.random() < 0.5}
    if "travel" in grants:
        answers |= {"departure_city": person.origin.city, "travel_cost": chance.randrange(80, 1_600, 20)}
    return answers
