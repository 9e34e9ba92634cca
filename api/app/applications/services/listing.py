"""What lists show of an application, copied out of the answers, and the words it is found by."""

from collections.abc import Mapping
from typing import Any

from app.applications.models import Application
from app.applications.queries import search_words
from app.forms.engine import CompiledForm
from app.users.models import User
from app.utils.countries import country_name
from app.utils.i18n import LANGUAGES

# By these keys a form says what the columns of every list are about; the account stands in where it does not.
WHOLE_NAMES = ("name", "full_name")
GIVEN_NAMES = ("given_name", "given_names", "first_name")
FAMILY_NAMES = ("family_name", "last_name", "surname")
COUNTRIES = ("residence", "country", "country_of_residence")
AFFILIATIONS = ("affiliation", "institution", "organisation", "university", "employer")


def describe(
    application: Application,
    user: User,
    form: CompiledForm | None = None,
    answers: Mapping[str, Any] | None = None,
) -> None:
    """Write the list's columns and the search words: from the submitted answers, else from the account."""
    given = answers or {}
    application.applicant_name = _name(given) or user.name
    application.email = user.email
    application.country = _country(form, given) or user.country
    application.affiliation = _first(given, AFFILIATIONS) or user.affiliation
    application.search = search_words(
        application.code,
        str(application.number),
        application.applicant_name,
        user.name,
        user.email,
        application.affiliation,
        *(country_name(application.country, language) for language in LANGUAGES if application.country),
    )


def _name(answers: Mapping[str, Any]) -> str:
    parts = (_first(answers, GIVEN_NAMES), _first(answers, FAMILY_NAMES))
    return _first(answers, WHOLE_NAMES) or " ".join(filter(None, parts))


def _country(form: CompiledForm | None, answers: Mapping[str, Any]) -> str | None:
    asked = (
        [question.key for question in form.questions.values() if question.kind.name == "country"]
        if form
        else []
    )
    preferred = [key for key in COUNTRIES if key in asked]
    return _first(answers, [*preferred, *asked]) or None


def _first(answers: Mapping[str, Any], keys: tuple[str, ...] | list[str]) -> str:
    found = (answers.get(key) for key in keys)
    return next((value for value in found if isinstance(value, str) and value), "")
