"""A number's name on a page, as the link to its definition."""

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from colortest.analysis.definitions import DEFINITIONS

register = template.Library()


@register.simple_tag
def term(anchor: str, words: str = "") -> SafeString:
    """The words, by default the name of the definition, as a link to it.

    Raises:
        KeyError: nothing is defined there; a page with such a link must not be served.
    """
    said = words or DEFINITIONS[anchor].name
    return format_html('<a class="term" href="{}#{}">{}</a>', reverse("definitions"), DEFINITIONS[anchor].anchor, said)
