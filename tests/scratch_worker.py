"""Another worker process of the same installation: for each address on its input it prints the status it answers with.

Arguments: the socket folder, the database's name, the value of a signed-in browser's cookie.
"""

import sys
import tempfile
from pathlib import Path

from clusters import Database
from conftest import configured

from homecare import create_app


def main(socket_folder: str, name: str, cookie: str) -> None:
    with tempfile.TemporaryDirectory() as files:
        client = create_app(configured(Database(socket_folder, name), Path(files))).test_client()
        client.set_cookie("homecare", cookie)
        for address in sys.stdin:
            print(client.get(address.strip(), buffered=True).status_code, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
