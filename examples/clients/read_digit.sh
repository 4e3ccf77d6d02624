#!/bin/sh
# Read the digit in a picture: sh read_digit.sh PICTURE [http://localhost:8501]
# Prints the answer; of a problem its sentence is in "detail", and the exit status 22.
curl --silent --show-error --fail-with-body \
    --data-binary "@$1" \
    "${2:-http://localhost:8501}/api/predict"
