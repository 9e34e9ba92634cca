"""The command line: `python api/run.py --help` tells what it can do."""

from app.cli import main

if __name__ == "__main__":
    main()
