"""The web server's settings, read by gunicorn itself. The address comes from the command line."""

import gc
import os
from pathlib import Path

from homecare.config import NUMBERS, whole_number

wsgi_app = "app:app"
workers = whole_number(os.environ, "WORKERS", NUMBERS["workers"])
worker_class = "homecare.local.worker.PatientWorker"
threads = whole_number(os.environ, "THREADS", NUMBERS["threads"])
# Per worker, including idle ones. If the limit is reached, the one that waited longest is closed.
worker_connections = 1000
# On a disk that is slow for a moment, the heartbeat file would get a healthy worker killed.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn makes a private file in it
timeout = 60
# Running requests may finish when the program stops.
graceful_timeout = 10
keepalive = 5
# A list's conditions are all in its URL.
limit_request_line = 8190
# The worker relies on how this parser finds the end of a head.
http_parser = "python"
# The worker's loop sends files like everything else.
sendfile = False
# TRUSTED_PROXIES tells the application which proxies to trust. gunicorn trusts none, not even on this machine.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
loglevel = "warning"
# gunicorn's own remote control is not used here.
control_socket_disable = True


def post_worker_init(_worker: object) -> None:
    """What stays for good is not looked through for garbage again: now and then that held an answer up for 0.25 s."""
    gc.collect()
    gc.freeze()
