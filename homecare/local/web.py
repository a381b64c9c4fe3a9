"""The settings of the web server, read by gunicorn itself; the address comes from the command line."""

import os
from pathlib import Path

from homecare.config import NUMBERS, whole_number

wsgi_app = "app:app"
workers = whole_number(os.environ, "WORKERS", NUMBERS["workers"])
worker_class = "homecare.local.worker.PatientWorker"
threads = whole_number(os.environ, "THREADS", NUMBERS["threads"])
# Of one worker, those that only wait included; the one that waited longest makes room.
worker_connections = 1000
# A heartbeat file on a disk that is slow for a moment would get a healthy worker killed.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn makes a private file in it
timeout = 60
# Requests under way may finish when the program stops.
graceful_timeout = 10
keepalive = 5
# A list's conditions are all in its address.
limit_request_line = 8190
# The parser whose rules for the end of a head the worker knows.
http_parser = "python"
# Files are sent by the worker's loop as everything else.
sendfile = False
# Which proxies are believed is said by TRUSTED_PROXIES, to the application; here nobody is, not even on this machine.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
loglevel = "warning"
# gunicorn's own remote control; nobody uses it here.
control_socket_disable = True
