"""Train the digit classifier and save it as digit_model.keras.

    python train.py                             # the shipped model
    python train.py --epochs 1                  # a quick look
    python train.py --mnist mnist.npz --pendigits pendigits-orig.tra.gz   # offline
    python train.py --drawings kept.jsonl --from digit_model.keras        # fine-tune, minutes
    python train.py --strokes letters.jsonl --output letters.keras        # other classes
    python train.py --mnist gzip/emnist-letters-train-images-idx3-ubyte.gz --output l.keras

Exit status: 0 done, 1 data or training failed, 2 wrong call, 130 stopped by Ctrl-C.
"""

import sys

from digits.commands.train import main

if __name__ == "__main__":
    sys.exit(main())
