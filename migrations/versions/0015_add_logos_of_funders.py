"""Add the logos of funders.

Why: who pays for a training asks for a logo beside the sentence on its certificates; issuers keep it beside their own.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("issuer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("funder_logo", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("issuer", schema=None) as batch_op:
        batch_op.drop_column("funder_logo")
