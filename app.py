"""What `flask --app app` and gunicorn load."""

from homecare import create_app
from homecare.config import ConfigError

try:
    app = create_app()
except ConfigError as error:
    # A sentence, not a traceback: it is read by whoever starts the program.
    raise SystemExit(f"Homecare Admin cannot start. {error}") from None
