"""Text from outside in a CSV, so that no spreadsheet takes it for a formula. Pure.

Who names a photo `=HYPERLINK(…)` would have it run on the machine of whoever opens the table
(<https://owasp.org/www-community/attacks/CSV_Injection>). Text that begins so leaves with an apostrophe in front; an
apostrophe that was there gets another one, so that reading takes off exactly what writing put there.
"""

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
MARK = "'"
TOLD = (
    "What begins with =, +, -, @, a tab, a line break or an apostrophe has one more apostrophe in front in a CSV, so "
    "that no spreadsheet takes it for a formula."
)


def guarded(text: str) -> str:
    """A cell to write."""
    return f"{MARK}{text}" if text.startswith(STARTS) else text


def unguarded(text: str) -> str:
    """A cell as it was before `guarded`. An apostrophe that is no mark, of a file made otherwise, stays."""
    return text[1:] if text.startswith(MARK) and text[1:].startswith(STARTS) else text
