"""The textbook's tables, mapped to classes."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects.postgresql import JSONB


class Base(orm.DeclarativeBase):
    """What all of them share."""


class Class(Base):
    """A class and its seats."""

    __tablename__ = "class"
    id: orm.Mapped[uuid.UUID] = orm.mapped_column(primary_key=True)
    seats: orm.Mapped[int]
    taken: orm.Mapped[int] = orm.mapped_column(default=0)
    price: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    __table_args__ = (sa.CheckConstraint("taken <= seats"),)


class Card(Base):
    """A card and its money."""

    __tablename__ = "card"
    ref: orm.Mapped[uuid.UUID] = orm.mapped_column(primary_key=True)
    balance: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)
    __table_args__ = (sa.CheckConstraint("balance >= 0"),)


class Enrolment(Base):
    """A card in a class."""

    __tablename__ = "enrolment"
    id: orm.Mapped[uuid.UUID] = orm.mapped_column(primary_key=True)
    card_ref: orm.Mapped[uuid.UUID] = orm.mapped_column(sa.ForeignKey(Card.ref))
    class_id: orm.Mapped[uuid.UUID] = orm.mapped_column(sa.ForeignKey(Class.id), index=True)
    at: orm.Mapped[datetime] = orm.mapped_column(
        sa.DateTime(timezone=True), server_default=sa.func.now()
    )
    __table_args__ = (sa.UniqueConstraint("card_ref", "class_id"),)


class Movement(Base):
    """Money that left a card."""

    __tablename__ = "movement"
    id: orm.Mapped[uuid.UUID] = orm.mapped_column(primary_key=True)
    card_ref: orm.Mapped[uuid.UUID] = orm.mapped_column(sa.ForeignKey(Card.ref), index=True)
    amount: orm.Mapped[int] = orm.mapped_column(sa.BigInteger)


class Audit(Base):
    """One thing that happened."""

    __tablename__ = "audit"
    id: orm.Mapped[int] = orm.mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    at: orm.Mapped[datetime] = orm.mapped_column(
        sa.DateTime(timezone=True), server_default=sa.func.now(), index=True
    )
    actor: orm.Mapped[str]
    kind: orm.Mapped[str]
    body: orm.Mapped[dict[str, Any]] = orm.mapped_column(JSONB)


class Answer(Base):
    """What was answered under a key of a caller."""

    __tablename__ = "answer"
    caller: orm.Mapped[str] = orm.mapped_column(primary_key=True)
    key: orm.Mapped[str] = orm.mapped_column(primary_key=True)
    status: orm.Mapped[int]
    body: orm.Mapped[dict[str, Any]] = orm.mapped_column(JSONB)
