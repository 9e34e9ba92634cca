"""The types of questions, by the name that documents use."""

from collections.abc import Mapping

from app.forms.engine.kinds.base import Cell, Information, Kind, Refused
from app.forms.engine.kinds.choices import Country, MultipleChoice, SingleChoice, YesNo
from app.forms.engine.kinds.numbers import Day, Number
from app.forms.engine.kinds.texts import Email, LongText, ShortText, Url

__all__ = ["KINDS", "Cell", "Kind", "Refused"]

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        ShortText(),
        LongText(),
        Number(),
        YesNo(),
        SingleChoice(),
        MultipleChoice(),
        Day(),
        Country(),
        Email(),
        Url(),
        Information(),
    )
}
