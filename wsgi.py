"""The door for WSGI servers and for the ``flask`` command."""

import sys
from pathlib import Path

from app.foundation.settings import SettingsError

if "flask" in Path(sys.argv[0]).parts[-2:]:
    from app.commands import create_app
else:
    from app import create_app

try:
    app = create_app()
except SettingsError as error:
    sys.stderr.write(f"{error}\n")
    sys.exit(3)  # Tells gunicorn that to try again would be of no use.
