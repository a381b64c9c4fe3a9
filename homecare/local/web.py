"""The settings of the web server, read by gunicorn itself; the address comes from the command line."""

from pathlib import Path

wsgi_app = "app:app"
workers = 2
worker_class = "gthread"
threads = 4
# A heartbeat file on a disk that is slow for a moment would get a healthy worker killed.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn makes a private file in it
timeout = 60
# Requests under way may finish when the program stops.
graceful_timeout = 10
keepalive = 5
# A list's conditions are all in its address.
limit_request_line = 8190
loglevel = "warning"
# gunicorn's own remote control; nobody uses it here.
control_socket_disable = True
