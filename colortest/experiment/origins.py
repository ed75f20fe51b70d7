"""Where each preset comes from, in a sentence; docs/protocols.md tells more. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Origin:
    """What a preset is, and who described it."""

    title: str
    sentence: str
    source: str


ORIGINS = {
    "thesis-2020": Origin(
        "Two images for a second: which is real?",
        "A photo and its colorization side by side for one second, on photos of the training and of the test split.",
        "Pérez García 2020, chapter 4",
    ),
    "zhang-2016": Origin(
        "Two images for a second: which is fake?",
        "The test by which colorization has been judged since: each person sees one algorithm, and catch trials of "
        "random colour show who pays attention.",
        "Zhang, Isola and Efros 2016, “Colorful image colorization”, on perceptual realism",
    ),
    "amt-code": Origin(
        "One image after the other: which is fake?",
        "What the published code for Mechanical Turk really does: the left image first, then the right one.",
        "richzhang/AMT_Real_vs_Fake, its web page",
    ),
    "pix2pix-2017": Origin(
        "Two images for a second: which is fake? No catch trials",
        "The test of image-to-image translation, colorization among it.",
        "Isola, Zhu, Zhou and Efros 2017, “Image-to-image translation”, on evaluation metrics",
    ),
    "cyclegan-2017": Origin(
        "Two images for a second: which is real? Fewer people",
        "The same without catch trials, with 25 people.",
        "Zhu, Park, Isola and Efros 2017, “Unpaired image-to-image translation”, section 5.1.1",
    ),
    "palette-2022": Origin(
        "Two images for three or five seconds: which is real?",
        "Which was taken by a camera, with time to look; one figure for each exposure.",
        "Saharia et al. 2022, “Palette”, on its evaluation protocol",
    ),
    "hype-infinity": Origin(
        "One image, no limit: real or fake?",
        "One image for as long as one likes, by people who first showed that they can tell.",
        "Zhou et al. 2019, “HYPE”, on HYPE∞",
    ),
    "hype-time": Origin(
        "One image, less and less time: real or fake?",
        "A staircase finds how long each person must look at one image to tell.",
        "Zhou et al. 2019, “HYPE”, on HYPE-time",
    ),
}
