"""Decisions, and the releases that show them.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("released_by_id", sa.Integer(), nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_releases_event_id")),
        sa.ForeignKeyConstraint(
            ["released_by_id"], ["users.id"], name=op.f("fk_releases_released_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_releases")),
    )
    op.create_index(op.f("ix_releases_event_id"), "releases", ["event_id"])
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum("accept", "waitlist", "reject", name="verdict", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("waitlist_rank", sa.Integer(), nullable=True),
        sa.Column("drafted_by_id", sa.Integer(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("release_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "waitlist_rank IS NULL OR (verdict = 'waitlist' AND waitlist_rank > 0)", name=op.f("ck_decisions_rank")
        ),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_decisions_application_id")),
        sa.ForeignKeyConstraint(
            ["drafted_by_id"], ["users.id"], name=op.f("fk_decisions_drafted_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_decisions_event_id")),
        sa.ForeignKeyConstraint(["release_id"], ["releases.id"], name=op.f("fk_decisions_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    undecided = sa.text("release_id IS NULL")
    op.create_index("ix_decisions_application_released", "decisions", ["application_id", "id"])
    op.create_index("ix_decisions_event_draft", "decisions", ["event_id", "verdict"], postgresql_where=undecided)
    op.create_index(op.f("ix_decisions_release_id"), "decisions", ["release_id"])
    op.create_index(
        "uq_decisions_application_id_draft", "decisions", ["application_id"], unique=True, postgresql_where=undecided
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("decisions")
    op.drop_table("releases")
