"""`python -m depthgrade`: the same as the depthgrade command."""

import sys

from depthgrade.cli import main

if __name__ == "__main__":
    sys.exit(main())
