"""Whom a replay is about: one subject with all its codes, one list or item, one department, or everybody."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from projections.replay.source import SubjectRange
from projections.tables.records import records_table


def only(handles: Iterable[str]) -> list[SubjectRange]:
    """These subjects, in their order."""
    return [SubjectRange.only(handle) for handle in sorted(set(handles))]


def subjects_with_item(connection: sa.Connection, item: str) -> list[SubjectRange]:
    """The subjects that have, or had, a record of an item: whoever was on a list.

    The item of a record never changes, so that today's table knows those of every day.
    """
    column = records_table().c
    found = connection.scalars(sa.select(column.subject).where(column.item == item).distinct())
    return only(found)


def subjects_of_issuer(connection: sa.Connection, issuer: str) -> list[SubjectRange]:
    """The subjects of whom a department provided a record; nor does the providing unit of a record change."""
    column = records_table().c
    found = connection.scalars(sa.select(column.subject).where(column.issuer == issuer).distinct())
    return only(found)
