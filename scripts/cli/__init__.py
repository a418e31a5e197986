"""The command line: ``taizhang --help``."""
