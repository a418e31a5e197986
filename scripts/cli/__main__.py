"""``python -m taizhang.scripts.cli``."""

from .app import main

main()
