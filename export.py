"""Write the model as SavedModel, ONNX and LiteRT, and check each against the .keras file.

    python export.py                                  # all three, checked on load_digits
    python export.py --formats onnx --mnist mnist.npz # one, checked on MNIST's test images

Exit status: 0 done, 1 a file could not be made or answers differently, 2 wrong call.
"""

import sys

from digits.commands.export import main

if __name__ == "__main__":
    sys.exit(main())
