"""The commands of `python -m generator`, one a file: what it takes, and what it does."""
