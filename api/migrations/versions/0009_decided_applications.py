"""When a decision on an application was first released.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the moment, and fill it from the releases so far."""
    op.add_column("applications", sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        """
        UPDATE applications SET decided_at = first.released_at
        FROM (
            SELECT decisions.application_id, min(releases.released_at) AS released_at
            FROM decisions JOIN releases ON releases.id = decisions.release_id
            GROUP BY decisions.application_id
        ) AS first
        WHERE first.application_id = applications.id
        """
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_column("applications", "decided_at")
