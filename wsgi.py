"""The door for WSGI servers and for the ``flask`` command."""

import sys
from pathlib import Path

from app import create_app, create_commands
from app.foundation.settings import SettingsError

try:
    app = create_app()
except SettingsError as error:
    # Help and the checker need no setting; everything else says which one is wrong, and ends.
    if "flask" not in Path(sys.argv[0]).parts[-2:]:
        sys.exit(str(error))
    app = create_commands(error)
