"""Gradients that LiteRT can compute are those of Keras' own layers."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from digits.recognition.compiled_model import CompiledModel
from digits.training.architectures import BUILDERS, build_model
from digits.training.attribution import make_differentiable, quadrature, trace_attribution
from digits.training.compile import compile_model

IMAGES = np.random.default_rng(0).random((5, 28, 28, 1), np.float32)


def test_the_weights_of_the_quadrature_sum_to_one() -> None:
    shares, weights = quadrature()
    assert weights.sum() == pytest.approx(1, abs=1e-3)
    assert shares[-2:].tolist() == [0, 1] and weights[-2:].tolist() == [0, 0]


@pytest.mark.parametrize(
    "layer",
    [
        layers.ReLU(),
        layers.ReLU(max_value=6.0, negative_slope=0.1),
        layers.Conv2D(4, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.MaxPooling2D(3, strides=2),
        layers.MaxPooling2D(3, strides=2, padding="same"),
        layers.AveragePooling2D((2, 3)),
        layers.AveragePooling2D(3, strides=2, padding="same"),
    ],
    ids=lambda layer: f"{layer.name}",
)
def test_replaced_layers_have_the_same_outputs_and_gradients(layer: layers.Layer) -> None:
    centred = layers.Rescaling(2.0, offset=-1.0)
    model = keras.Sequential([keras.Input((28, 28, 1)), centred, layer])
    copy = make_differentiable(model)
    outputs = []
    for each in (model, copy):
        images = tf.constant(IMAGES)
        with tf.GradientTape() as tape:
            tape.watch(images)
            output = each(images, training=False)
            total = tf.reduce_sum(output**2)
        outputs.append((output.numpy(), tape.gradient(total, images).numpy()))
    for mine, right in zip(outputs[1], outputs[0], strict=True):
        np.testing.assert_allclose(mine, right, atol=1e-5)


@pytest.mark.parametrize("architecture", BUILDERS)
def test_every_architecture_can_be_compiled_and_explained(architecture: str) -> None:
    model = build_model(architecture)
    compiled = CompiledModel(
        compile_model(model, temperature=1.0, reject_logit=None), name=architecture
    )
    attribution, (paper, picture) = compiled.explain(IMAGES[0], label=3, rival=5)
    assert attribution.sum() == pytest.approx(picture - paper, rel=0.1, abs=0.02)
    expected = trace_attribution(model)(IMAGES[0], 3, 5)
    np.testing.assert_allclose(attribution, expected["attribution"], atol=1e-5)
    np.testing.assert_allclose(
        compiled.predict(IMAGES)[0], model(IMAGES, training=False), atol=1e-5
    )


def skip_the_first_layer() -> keras.Model:
    image = keras.Input((28, 28, 1))
    bent = layers.ReLU()(layers.Conv2D(1, 3, padding="same")(image))
    features = layers.Flatten()(layers.Add()([image, bent]))
    return keras.Model(image, layers.Dense(10, activation="softmax")(features))


@pytest.mark.parametrize(
    "model",
    [
        keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                layers.Conv2D(4, 3, strides=2, activation="relu"),
                layers.Flatten(),
                layers.Dense(10, activation="softmax"),
            ]
        ),
        keras.Sequential(
            [
                keras.Input((28, 28, 1)),
                layers.Rescaling(2.0, offset=-1.0),
                layers.Conv2D(4, 3, strides=2),
                layers.BatchNormalization(),
                layers.ReLU(),
                layers.Flatten(),
                layers.Dense(10, activation="softmax"),
            ]
        ),
        skip_the_first_layer(),
    ],
    ids=["bent", "affine", "skipped"],
)
def test_any_beginning_gives_the_integral_of_the_gradients(model: keras.Model) -> None:
    answers = trace_attribution(model)(IMAGES[0], 3, 5)
    shares, weights = quadrature()
    faded = tf.constant(IMAGES[0] * shares[:, np.newaxis, np.newaxis, np.newaxis])
    with tf.GradientTape() as tape:
        tape.watch(faded)
        logs = tf.math.log(model(faded, training=False))
        scores = logs[:, 3] - logs[:, 5]
    expected = IMAGES[0] * np.tensordot(weights, tape.gradient(scores, faded), 1)
    np.testing.assert_allclose(answers["attribution"], expected[..., 0], atol=1e-5)
    np.testing.assert_allclose(answers["scores"], scores[-2:], atol=1e-4)
