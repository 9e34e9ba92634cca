"""One server for the measurement: Granian with the settings of `run.py serve`, for our application or for the floor."""

import os
import sys

import config
from app.cli.serve import make_server

make_server(sys.argv[1], config.load(os.environ)).serve()
