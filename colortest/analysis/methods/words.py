"""Small words of a paragraph, in the language that is active."""

from collections.abc import Sequence

from django.utils.formats import number_format
from django.utils.translation import gettext as _


def percent(share: float) -> str:
    """Of 0 to 1."""
    return f"{decimal(100 * share)} %"


def decimal(value: float) -> str:
    """With one decimal at most."""
    value = round(value, 1)
    return str(number_format(int(value) if value == int(value) else value))


def milliseconds(value: int) -> str:
    return f"{value} ms"


def joined(parts: Sequence[str], last: str = "") -> str:
    """“a, b and c”, with another word before the last part if one is given."""
    word = last or _("and")
    return f" {word} ".join(filter(None, [", ".join(parts[:-1]), parts[-1]])) if parts else ""
