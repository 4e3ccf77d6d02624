"""The server of the tutorials, to compare with: `model.predict` for each request.

uvicorn benchmarks.speed.baseline_server:app
"""

import keras
import numpy as np
from fastapi import FastAPI, Request

from digits.locations import MODEL_PATH
from digits.preprocessing.image_io import decode_image
from digits.preprocessing.normalization import preprocess

app = FastAPI()
model = keras.models.load_model(MODEL_PATH)


@app.post("/api/predict")
async def predict(request: Request) -> dict[str, object]:
    """Read a picture that is the body; preprocessing is ours, the rest as people write it."""
    model_input = preprocess(decode_image(await request.body()))
    if model_input is None:
        return {"digit": None}
    probabilities = model.predict(model_input[np.newaxis], verbose=0)[0]
    return {"digit": int(probabilities.argmax()), "probabilities": probabilities.tolist()}


@app.get("/api/health")
def health() -> dict[str, str]:
    """Answer, as the model is loaded before."""
    return {"status": "ready"}
