"""The bases of everything that travels: JSON and HTML forms alike."""

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from app.utils.addresses import normal_address
from app.utils.i18n import lazy_gettext


class Input(BaseModel):
    """What we take: unknown fields are refused, blanks at the ends of texts go, NUL and lone surrogates are refused.

    `sentences` gives, by field, what to say when the field is missing or empty.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    sentences: ClassVar[dict[str, Any]] = {}

    @field_validator("*", mode="before")
    @classmethod
    def _refuse_unstorable_text(cls, value: Any) -> Any:
        _refuse_unstorable(value)
        return value


def _refuse_unstorable(value: Any) -> None:
    """PostgreSQL can keep neither NUL nor half a surrogate pair; say so before it does."""
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value):
            raise ValueError(
                str(lazy_gettext("This text has a character that cannot be stored. Please type it again."))
            )
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_unstorable(key)
            _refuse_unstorable(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_unstorable(item)


class Output(BaseModel):
    """What we give: every field is listed by hand, because what is public is a decision."""

    model_config = ConfigDict(from_attributes=True)


class Query(Input):
    """What may stand behind the question mark of a list."""

    page: int = Field(default=1, ge=1, le=100_000, description="which page, from 1")
    per_page: int = Field(default=50, ge=1, le=200, description="rows a page")


EmailAddress = Annotated[str, Field(max_length=254), AfterValidator(normal_address)]
ShortText = Annotated[str, Field(max_length=200)]
Paragraph = Annotated[str, Field(max_length=2_000)]
LongText = Annotated[str, Field(max_length=20_000)]
