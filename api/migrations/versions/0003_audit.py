"""The history of changes.

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-23
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("acting_as_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("thing_type", sa.Text(), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("fields", postgresql.JSONB(), nullable=False),
        sa.Column("network", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_lines"),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["users.id"], name="fk_audit_lines_actor_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["acting_as_id"], ["users.id"], name="fk_audit_lines_acting_as_id", ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name="fk_audit_lines_organisation_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name="fk_audit_lines_event_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_audit_lines_actor_id", "audit_lines", ["actor_id"])
    op.create_index("ix_audit_lines_event_id_id", "audit_lines", ["event_id", "id"])
    op.create_index("ix_audit_lines_organisation_id_id", "audit_lines", ["organisation_id", "id"])
    op.create_index("ix_audit_lines_thing", "audit_lines", ["thing_type", "thing_id", "id"])


def downgrade() -> None:
    op.drop_table("audit_lines")
