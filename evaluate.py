"""Measure models on labelled sets, and on non-digits.

    python evaluate.py --load-digits                        # the shipped model
    python evaluate.py --mnist mnist.npz --strokes pens.jsonl.gz --images photos/ \\
        --letters letters.jsonl.gz --report reports/evaluation
    python evaluate.py --model a.keras b.keras --mnist mnist.npz    # side by side
    python evaluate.py --mnist mnist.npz --load-digits --update-card    # for the page

Exit status: 0 done, 1 a model or data could not be read, 2 wrong call, 130 stopped by
Ctrl-C.
"""

import sys

from digits.commands.evaluate import main

if __name__ == "__main__":
    sys.exit(main())
