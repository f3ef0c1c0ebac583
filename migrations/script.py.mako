<%!
    def plain(statements):
        """Return statements without Alembic's banners."""
        kept = [line for line in (statements or "").splitlines() if "###" not in line]
        return "\n".join(kept).strip() or "pass"
%>\
"""${message.capitalize()}.

Why: say it here, and what becomes of the rows that are there.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${plain(upgrades)}


def downgrade() -> None:
    ${plain(downgrades)}
