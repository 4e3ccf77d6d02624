"""Predict the digits in picture files.

    python predict.py seven.png                     # a table on the screen
    python predict.py scans/ --output digits.csv    # a folder, and all its folders
    python predict.py bill.jpg --several            # numbers: one row a digit
    python predict.py board.jpg --polarity light    # light ink on a dark ground
    python predict.py scans/ --engine ray --output results/    # millions: docs/scaling.md

Exit status: 0 every picture was read, 1 some could not be or there is no model,
2 wrong call, 130 stopped by Ctrl-C.
"""

import sys

from digits.commands.predict import main

if __name__ == "__main__":
    sys.exit(main())
