"""The yardstick: a bare Flask page with one sqlite3 query and a Jinja template, served like the real thing."""

import os
import sqlite3
import threading

from flask import Flask, render_template_string

ROWS = 10
PAGE = """<!doctype html>
<html lang="en">
  <head><meta charset="utf-8"><title>{{ title }}</title></head>
  <body>
    <h1>{{ title }}</h1>
    <ul>
    {%- for number, name in rows %}
      <li><a href="/{{ number }}">{{ name }}</a></li>
    {%- endfor %}
    </ul>
  </body>
</html>
"""


def make(path: str) -> Flask:
    """Return the bare application over a database of its own."""
    app, here = Flask("probe"), threading.local()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS thing (id INTEGER PRIMARY KEY, name TEXT)")
        names = [(number, f"Thing {number}") for number in range(1, 1001)]
        connection.executemany("INSERT OR REPLACE INTO thing VALUES (?, ?)", names)

    @app.get("/<int:first>")
    def page(first: int) -> str:
        """Show some rows."""
        if not hasattr(here, "connection"):
            here.connection = sqlite3.connect(path)
        rows = here.connection.execute(
            "SELECT id, name FROM thing WHERE id >= ? ORDER BY id LIMIT ?", (first, ROWS)
        ).fetchall()
        return render_template_string(PAGE, title="Probe", rows=rows)

    return app


app = make(os.environ["PROBE_DATABASE"]) if "PROBE_DATABASE" in os.environ else None
"""What gunicorn serves; None where the module is only looked at."""
