"""How long, as people say it."""

from django import template

from colortest.operating.diagnosis import duration

register = template.Library()
register.filter("duration", duration)
