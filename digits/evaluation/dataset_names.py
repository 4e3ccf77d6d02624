"""What the data sets are called on the page, and what each of them is, in a sentence.

title, sentence = name_set("dev_unipen")
"""

SETS = {
    "mnist_test": (
        "MNIST test",
        "The 10,000 test images of MNIST, as they are: digits of American census workers and"
        " pupils, scanned (Y. LeCun, C. Cortes and C. Burges, CC BY-SA 3.0).",
    ),
    "dev_unipen": (
        "UNIPEN pens",
        "Pen strokes of 203 writers of many countries, drawn as on the page's canvas; one or two"
        " labels in a hundred are wrong (UNIPEN train_r01_v07, CC BY 4.0).",
    ),
    "dev_numberpad": (
        "NumberPad",
        "Digits that one hand drew on a tablet, drawn again as on the page's canvas"
        " (NumberPad, Apache 2.0).",
    ),
    "photos_paper": (
        "Photos of paper",
        "Phone photos of pen on plain and squared paper, by two hands.",
    ),
    "minichazer_forms": (
        "Scanned forms",
        "Digits 0 to 7 in pencil, pen and felt pen, scanned from ruled forms.",
    ),
    "drawn_misc": (
        "Paint programs",
        "Drawings from paint programs, light on dark and dark on light.",
    ),
    "strokes_test": (
        "Other writers' pens",
        "Pen strokes of the writers who taught nothing, drawn as on the page's canvas.",
    ),
    "load_digits": (
        "scikit-learn 8 × 8",
        "scikit-learn's `load_digits`, of 8 × 8 pixels, enlarged to 160 × 160 (E. Alpaydin and"
        " C. Kaynak, UCI data set 80, CC BY 4.0).",
    ),
    "letters": (
        "All letters",
        "Pen strokes of letters, those that look like a digit among them: O, l, S, Z. Their"
        " writers taught nothing (UNIPEN, CC BY 4.0).",
    ),
    "clear_letters": ("Clear letters", "Those of the letters that nobody takes for a digit."),
    "two_digits": (
        "Two digits",
        "Two digits beside each other on one canvas, where one is expected.",
    ),
    "scribbles": ("Scribbles", "Scribbles of ten kinds that no training saw, drawn by a program."),
    "blanks": (
        "Blank",
        "Empty canvases and empty paper, also smudged, noisy, ruled or squared.",
    ),
}


def name_set(name: str, *, about: str = "") -> tuple[str, str]:
    """Return a set's title, and a sentence on what it is.

    Args:
        name: as evaluate.py calls it.
        about: what evaluate.py says of it, for a set that is not known here.
    """
    fallback = about or "Measured by evaluate.py, which says no more of it."
    return SETS.get(name, (name.replace("_", " "), fallback))
