"""``python -m service`` is the command ``clinic``."""

from service.cli import app

app()
