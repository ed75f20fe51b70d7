"""Logs: one JSON line an event, or readable lines for a terminal, and never who somebody is.

`people` takes out what a request brought with it, `lines` makes the lines, `requests` and `tasks` say what happened.
"""
