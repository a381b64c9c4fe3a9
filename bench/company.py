"""The demo company on a cluster of the benchmark's own, which is gone afterwards."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.fernet import Fernet
from sqlalchemy import Engine, create_engine

from homecare import configured
from homecare.config import Config
from homecare.local import demo
from homecare.local.cluster import Cluster
from homecare.migrate import migrate

PASSWORD = "homecare-demo"


@contextmanager
def company() -> Iterator[Config]:
    """The database that PRIVATE_DATABASE or DATABASE_URL names, such as one of `bench load`; else the demo company."""
    if os.environ.get("PRIVATE_DATABASE") or os.environ.get("DATABASE_URL"):
        yield configured()
        return
    with demo_company() as config:
        yield config


@contextmanager
def demo_company() -> Iterator[Config]:
    """A migrated database with the demo company loaded."""
    with own_company(lambda owner: demo.load(owner, PASSWORD)) as config:
        yield config


@contextmanager
def own_company(load: Callable[[Engine], object]) -> Iterator[Config]:
    """A migrated database with what `load` puts into it as its owner."""
    folder = Path(tempfile.mkdtemp(prefix="homecare-bench-"))
    folder.chmod(0o755)
    try:
        with Cluster(folder / "cluster") as cluster:
            migrate(cluster.owner_url, cluster.serving_url)
            owner = create_engine(cluster.owner_url)
            load(owner)
            owner.dispose()
            yield Config(
                database_url=cluster.serving_url,
                owner_url=cluster.owner_url,
                private=True,
                secret_key=secrets.token_hex(32),
                encryption_keys=(Fernet.generate_key().decode(),),
                bind="127.0.0.1",
                port=5000,
                trusted_hosts=(),
                trusted_proxies=0,
                files_dir=folder / "files",
                demo_password=PASSWORD,
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
