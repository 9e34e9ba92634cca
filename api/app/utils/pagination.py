"""Lists come in pages, in a total order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Select, func, select

from app.utils.database import db

T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list: `items`, the `total` over all pages, this page's `number` (from 1) and size."""

    items: Sequence[T]
    total: int
    number: int
    per_page: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // self.per_page))

    @property
    def next(self) -> int | None:
        """The number of the page after this one, if there is one."""
        return self.number + 1 if self.number < self.pages else None

    @property
    def previous(self) -> int | None:
        """The number of the page before this one, if there is one."""
        return min(self.number - 1, self.pages) if self.number > 1 else None


def paginate(statement: Select[Any], *, number: int = 1, per_page: int = 50, rows: bool = False) -> Page[Any]:
    """Run `statement` for one page. The total comes with the rows, in one query; beyond the last page in a second one.

    The statement must end its order in a unique column. With `rows` the items are rows (each with the total at its
    end), else the first entity of each.
    """
    count = select(func.count()).select_from(statement.order_by(None).subquery())
    found = db.session.execute(
        statement.add_columns(count.scalar_subquery().label("total"))
        .limit(per_page)
        .offset((number - 1) * per_page)
    ).all()
    total = found[0].total if found else 0
    if not found and number > 1:
        total = db.session.scalar(count) or 0
    return Page(found if rows else [row[0] for row in found], total, number, per_page)
