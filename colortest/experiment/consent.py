"""The consent text that a study starts from. Changing a word makes a new version."""

CONSENT_VERSION = "2026-11"

CONSENT_TEXT = """\
You will see pairs of pictures: a real photograph, and the same photograph with colours made by a computer. \
After each pair you say which one you take for the real photo.

We store what you choose, how long you take, and how your browser showed the pictures. We do not store your name, \
your address or the address of your computer. The responses are used for research on image colorization and may be \
published without anything that tells who gave them.

Taking part is voluntary. You may stop at any moment by closing the page; an unfinished run is not counted."""
