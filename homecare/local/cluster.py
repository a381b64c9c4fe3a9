"""The private cluster, as the rest of the program uses it.

The application attaches to the installation's own:

    private = attach(ROOT / "instance")

Tests make throw-away ones:

    with Cluster(folder, settings={"fsync": "off"}) as cluster:
        create_engine(cluster.owner_url)
"""

from __future__ import annotations

from pathlib import Path

from homecare.config import PrivateInstallation
from homecare.local.initialise import DATABASE, OWNER, SERVING
from homecare.local.server import Cluster
from homecare.local.supervisor import supervise

__all__ = ["DATABASE", "OWNER", "SERVING", "Cluster", "attach"]


def attach(instance: Path) -> PrivateInstallation:
    """The cluster of this folder. It runs until this process ends, or until the process that started it ends.
    About 3 s the first time, 0.1 s later. Raises ConfigError with one sentence if it is not available.
    """
    return supervise(instance).installation
