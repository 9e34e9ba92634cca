"""What the web server's processes load."""

import multiprocessing
import os

import config
from app import create_app
from app.cli.processes import follow
from app.utils import logs


def _stop_with_server(server: multiprocessing.process.BaseProcess | None) -> None:
    """When the server's main process is killed, its workers would go on alone and keep the port: end them too."""
    if server is not None:
        follow(server.join)


settings = config.load(os.environ)
logs.configure(settings)
_stop_with_server(multiprocessing.parent_process())
application = create_app(settings.as_config())
