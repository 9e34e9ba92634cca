"""Applications, and every version of them that was submitted.

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-23
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "applications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft", "submitted", "withdrawn",
                name="state", native_enum=False, create_constraint=True, length=None,
            ),
            nullable=False,
        ),
        sa.Column("draft_response_id", sa.Integer(), nullable=True),
        sa.Column("submitted_response_id", sa.Integer(), nullable=True),
        sa.Column("first_submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applicant_name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("affiliation", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_applications"),
        sa.UniqueConstraint("event_id", "user_id", name="uq_applications_event_id_user_id"),
        sa.UniqueConstraint("event_id", "number", name="uq_applications_event_id_number"),
        sa.UniqueConstraint("draft_response_id", name="uq_applications_draft_response_id"),
        sa.UniqueConstraint("submitted_response_id", name="uq_applications_submitted_response_id"),
        sa.CheckConstraint(
            "state = 'draft' OR (submitted_response_id IS NOT NULL AND submitted_at IS NOT NULL "
            "AND first_submitted_at IS NOT NULL)",
            name="ck_applications_submitted",
        ),
        sa.CheckConstraint("state <> 'draft' OR draft_response_id IS NOT NULL", name="ck_applications_draft"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_applications_event_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_applications_user_id"),
        sa.ForeignKeyConstraint(
            ["draft_response_id"], ["responses.id"], name="fk_applications_draft_response_id"
        ),
        sa.ForeignKeyConstraint(
            ["submitted_response_id"], ["responses.id"], name="fk_applications_submitted_response_id"
        ),
    )
    op.create_index("ix_applications_user_id", "applications", ["user_id"])
    op.create_index(
        "ix_applications_event_state_submitted", "applications", ["event_id", "state", "submitted_at", "id"]
    )
    op.create_index(
        "ix_applications_event_state_name", "applications", ["event_id", "state", "applicant_name", "id"]
    )
    op.create_index(
        "ix_applications_event_state_country", "applications", ["event_id", "state", "country", "id"]
    )
    op.create_index(
        "ix_applications_search",
        "applications",
        [sa.text("array_to_tsvector(string_to_array(search, ' '))")],
        postgresql_using="gin",
    )
    op.create_table(
        "application_submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_application_submissions"),
        sa.UniqueConstraint(
            "application_id", "number", name="uq_application_submissions_application_id_number"
        ),
        sa.UniqueConstraint("response_id", name="uq_application_submissions_response_id"),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name="fk_application_submissions_application_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["responses.id"], name="fk_application_submissions_response_id"
        ),
    )


def downgrade() -> None:
    op.drop_table("application_submissions")
    op.drop_table("applications")
