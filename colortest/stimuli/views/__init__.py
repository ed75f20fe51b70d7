"""Pages of admins: test sets, algorithms and what became of each photo."""
