"""Count what a file waits for.

Why: certificates are packed by the thousand, and whoever waits for them wants to see how far it is, and how many have
no document yet. ``row_total`` says how many fitted; files that are there have none, because they are of reports.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("report_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("row_total", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("report_file", schema=None) as batch_op:
        batch_op.drop_column("row_total")
