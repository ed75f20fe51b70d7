"""Whatever a participant reads is there in every language, as people wrote it and as gettext reads it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils.translation.template import templatize

OTHERS = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
CALLS = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext"}
IN_TEMPLATES = re.compile(r"""(?<!\w)(?:n?gettext|_)\(u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")""")
PLACES = re.compile(r"%\(\w+\)s|\{\w+\}")


def catalogue(language: str) -> Path:
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def texts() -> set[str]:
    """Everything that is marked for translation, in templates and in code."""
    found = {text for file in Path(settings.BASE_DIR, "templates").rglob("*.html") for text in _of_template(file)}
    return found | {text for file in Path(settings.BASE_DIR, "colortest").rglob("*.py") for text in _of_code(file)}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated_with_all_its_places(language: str) -> None:
    known = {entry.msgid: entry for entry in polib.pofile(str(catalogue(language)))}
    assert len(texts()) > 50
    assert sorted(texts() - {text for text, entry in known.items() if entry.translated()}) == []
    for entry in known.values():
        for translation in [entry.msgstr, *entry.msgstr_plural.values()]:
            if translation and not entry.msgid_plural:
                assert sorted(PLACES.findall(translation)) == sorted(PLACES.findall(entry.msgid)), entry.msgid


@pytest.mark.parametrize("language", OTHERS)
def test_what_gettext_reads_is_what_people_wrote(language: str) -> None:
    file = catalogue(language)
    written = {(one.msgid, one.msgstr, *one.msgstr_plural.values()) for one in polib.pofile(str(file))}
    read = {(one.msgid, one.msgstr, *one.msgstr_plural.values()) for one in polib.mofile(str(file.with_suffix(".mo")))}
    assert read == written


def _of_template(file: Path) -> Iterator[str]:
    for text in IN_TEMPLATES.findall(templatize(file.read_text())):
        yield ast.literal_eval(text)


def _of_code(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            first = node.args[0]
            if isinstance(first, ast.Constant):
                yield first.value
