"""The network that reads rows, and its loss.

    model = build_row_network()      # (n, 32, width, 1) -> (n, width / 2, 19) logits
    model.compile("adamw", loss=ctc_loss)

Convolutions over the row's columns, and connectionist temporal classification (Graves et
al., 2006), which needs to know what a row says, and not where. Built-in layers only, so
that a saved model loads in Keras' safe mode.
"""

from typing import Any, TypeAlias

import keras
import tensorflow as tf
from keras import layers

from digits.preprocessing.row import ROW_HEIGHT
from digits.recognition.row_decoding import BLANK, CHARACTERS
from digits.training.row_data import PADDING

Tensor: TypeAlias = Any  # a keras.KerasTensor; Keras states no types


def build_row_network() -> keras.Model:
    """Build an untrained network of 202 thousand parameters.

    Returns:
        A model from float32 (n, 32, width, 1) in [0, 1], bright ink on black, to logits
        (n, width / 2, 19): one a character of `CHARACTERS`, and the last of a blank.
    """
    row = keras.Input((ROW_HEIGHT, None, 1), name="row")
    x = conv_block(row, 24, size=5, strides=2)  # (32, width, 1) -> (16, width / 2, 24)
    x = conv_block(conv_block(x, 32, strides=(2, 1)), 32)
    x = conv_block(conv_block(x, 48, strides=(2, 1)), 48)  # -> (4, width / 2, 48)
    x = layers.ZeroPadding2D(((0, 0), (1, 1)))(x)
    x = conv_block(x, 96, size=(4, 3), padding="valid")  # -> (1, width / 2, 96)
    x = layers.Reshape((-1, 96))(x)
    x = column_block(column_block(x, 96), 96, dilation=2)
    logits = layers.Dense(len(CHARACTERS) + 1, name="logits")(layers.Dropout(0.2)(x))
    return keras.Model(row, logits, name="rows")


def conv_block(
    x: Tensor, filters: int, *, size: Any = 3, strides: Any = 1, padding: str = "same"
) -> Tensor:
    """Apply a convolution, batch normalisation and ReLU."""
    x = layers.Conv2D(filters, size, strides=strides, padding=padding, use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))


def column_block(x: Tensor, filters: int, *, dilation: int = 1) -> Tensor:
    """Apply a convolution over five columns, batch normalisation and ReLU."""
    x = layers.Conv1D(filters, 5, padding="same", dilation_rate=dilation, use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))


def ctc_loss(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Return the negative log probability of each row's text, float32 (n,).

    Args:
        labels: int (n, longest), indices into `CHARACTERS`, `PADDING` after the last.
        logits: float32 (n, columns, characters + 1).
    """
    labels = tf.cast(labels, tf.int32)
    places = tf.where(labels != PADDING)
    # TensorFlow computes the loss of sparse labels several times as fast as that of dense ones.
    shape = tf.shape(labels, out_type=tf.int64)
    sparse = tf.SparseTensor(places, tf.gather_nd(labels, places), shape)
    columns = tf.fill([tf.shape(logits)[0]], tf.shape(logits)[1])
    return tf.nn.ctc_loss(sparse, tf.transpose(logits, (1, 0, 2)), None, columns, blank_index=BLANK)
