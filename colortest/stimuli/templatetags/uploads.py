"""How pages tell of uploads."""

from django import template

from colortest.stimuli.services.uploads import told

register = template.Library()


@register.filter
def told_of(part: int, whole: int) -> str:
    """“12 of 40 MB”, of a part of an upload."""
    one, all_of_it = told(part), told(whole)
    number, _, unit = one.partition(" ")
    return f"{number if all_of_it.endswith(f' {unit}') else one} of {all_of_it}"
