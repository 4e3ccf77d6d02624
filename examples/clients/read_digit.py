"""Read the digit in a picture: python read_digit.py PICTURE [http://localhost:8501]."""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

server = sys.argv[2] if len(sys.argv) > 2 else "http://localhost:8501"
try:
    with urllib.request.urlopen(f"{server}/api/predict", Path(sys.argv[1]).read_bytes()) as answer:
        reading = json.load(answer)
except urllib.error.HTTPError as error:
    sys.exit(json.load(error)["detail"])
print(reading["status"], reading["digit"], reading["confidence"])
