"""Turn pixels into model input, the way MNIST was made.

    python preprocessing.py in.png seen.png    # writes the 28 x 28 picture that the model sees

The recipe has four steps:

1. Find the ink: which pixels are pen, whatever the light, the paper and the polarity.
2. Crop to the ink.
3. Scale its longest side to 20 pixels, keeping the aspect ratio and averaging areas.
4. Move its centre of mass to the middle of 28 x 28.

Training, page and API all call these very functions.

Exit status: 0 done, 1 the picture could not be read or is blank, 2 wrong call.
"""

import sys

from digits.commands.preprocess import main

__all__ = ["fit_digit", "preprocess", "to_model_input"]

if __name__ == "__main__":
    sys.exit(main())
else:  # a program that imports the door wants the functions; --help does not wait for them
    from digits.preprocessing.normalization import fit_digit, preprocess, to_model_input
