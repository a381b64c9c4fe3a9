"""Another worker process of the same installation, on a free port of loopback that it prints first.

Arguments: the socket folder, the database's name.
"""

import sys
import tempfile
from pathlib import Path

from clusters import Database
from conftest import configured
from werkzeug.serving import make_server

from homecare import create_app


def main(socket_folder: str, name: str) -> None:
    with tempfile.TemporaryDirectory() as files:
        server = make_server("127.0.0.1", 0, create_app(configured(Database(socket_folder, name), Path(files))))
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
