"""Count checks once.

Why: checks of certificates are counted in a file and entered by a job. When the power failed after they were entered
and before the file was removed, they were entered again. ``batch`` says which file was entered last.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("certificate_check", schema=None) as batch_op:
        batch_op.add_column(sa.Column("batch", sa.Uuid(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("certificate_check", schema=None) as batch_op:
        batch_op.drop_column("batch")
