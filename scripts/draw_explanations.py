"""Draw the README's picture of explanations: which ink spoke for a digit, and against.

python -m scripts.draw_explanations        # docs/images/why.png
"""

import sys
from pathlib import Path

from matplotlib import pyplot as plt

from digits.recognition.explanation import Explainer, draw_explanation
from digits.recognition.recognizer import Recognizer
from tests.support.digit_drawings import draw

OUTPUT = Path(__file__).parents[1] / "docs" / "images" / "why.png"
SHOWN = (1, 4, 5, 7, 9)


def main() -> int:
    """Explain a few drawn digits."""
    explainer = Explainer(Recognizer.load())
    figure, grid = plt.subplots(1, len(SHOWN), figsize=(9, 2.3), layout="constrained")
    for axes, digit in zip(grid, SHOWN, strict=True):
        canvas = draw(digit)
        explanation = explainer.explain(canvas)
        assert explanation is not None
        axes.imshow(draw_explanation(explanation, canvas))
        axes.set_title(f"{explanation.digit}, not {explanation.rival}", fontsize=10)
        axes.set(xticks=[], yticks=[])
    figure.savefig(OUTPUT, dpi=110)
    return 0


if __name__ == "__main__":
    sys.exit(main())
