"""dies: exits with status 3 during setup, with a line on stderr."""

import sys

print("dies: the last words of this replica", file=sys.stderr)
sys.exit(3)
