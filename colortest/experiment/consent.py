"""The consent text that a study starts from, in each language. Changing a word makes a new version."""

CONSENT_VERSION = "2026-11-23"

CONSENT_TEXTS = {
    "en": """\
You will see photographs, and photographs whose colours were made up by a computer. You say which you take for real.

We store what you choose, how long you take, how your browser showed the pictures, and how you read a few plates that \
test colour vision. We do not store your name, your address or the address of your computer. The responses are used \
for research on image colorization and may be published without anything that tells who gave them.

Taking part is voluntary. You may stop at any moment: close the page, and an unfinished run is not counted; or press \
“Withdraw”, and what you gave is erased.""",
    "es": """\
Verás fotografías, y fotografías cuyos colores los ha inventado un ordenador. Dirás cuáles te parecen reales.

Guardamos lo que eliges, cuánto tardas, cómo mostró tu navegador las imágenes y cómo leíste unas pocas láminas que \
prueban la visión del color. No guardamos tu nombre, tu dirección ni la dirección de tu ordenador. Las respuestas se \
usan para investigar la coloración de imágenes y pueden publicarse sin nada que diga quién las dio.

Participar es voluntario. Puedes dejarlo en cualquier momento: cierra la página, y una sesión sin terminar no cuenta; \
o pulsa «Retirarme», y lo que diste se borra.""",
}
