"""The command line: what an operator, a policy officer or a newcomer types.

Every command imports what it needs inside itself, so that `gongji --help` answers at once.
"""

from gongji.cli.main import main

__all__ = ["main"]
