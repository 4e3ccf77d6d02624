"""Any Keras model becomes blocks that can be drawn."""

import keras
from keras import layers

from digits.locations import MODEL_PATH
from digits.training.keras_file import load_model
from digits.training.layers import describe_layers


def test_the_blocks_of_the_shipped_model_hold_all_its_layers_and_parameters() -> None:
    model = load_model(MODEL_PATH)
    blocks = describe_layers(model)
    assert sum(block.parameters for block in blocks) == model.count_params()
    assert [layer.name for block in blocks for layer in block.layers] == [
        layer.name for layer in model.layers
    ]
    assert (blocks[0].shape, blocks[-1].shape) == ("28 × 28 × 1", "10")
    assert not any(block.inputs for block in blocks)


def test_what_follows_a_convolution_belongs_to_it() -> None:
    image = keras.Input((28, 28, 1))
    x = layers.Conv2D(4, 3, strides=2, use_bias=False)(image)
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = layers.Dropout(0.5)(layers.GlobalAveragePooling2D()(x))
    blocks = describe_layers(keras.Model(image, x))
    assert [[layer.kind for layer in block.layers] for block in blocks] == [
        ["InputLayer"],
        ["Conv2D", "BatchNormalization", "ReLU"],
        ["GlobalAveragePooling2D", "Dropout"],
    ]
    assert blocks[1].layers[0].settings == "4 filters, 3 × 3, stride 2"
    assert blocks[2].layers[1].settings == "50 %"
    assert (blocks[1].shape, blocks[1].parameters) == ("13 × 13 × 4", 36 + 16)


def test_a_branch_names_what_it_takes() -> None:
    image = keras.Input((8, 8, 2), name="image")
    x = layers.Conv2D(2, 3, padding="same", name="first")(image)
    y = layers.ReLU(name="bent")(x)  # `first` is taken twice: they are two blocks
    joined = layers.Add(name="joined")([x, y])
    blocks = describe_layers(keras.Model(image, layers.Flatten()(joined)))
    assert [block.inputs for block in blocks] == [(), (), (), ("first", "bent"), ()]


def test_a_sequential_model_shows_its_input_too() -> None:
    inner = keras.Sequential([layers.Dense(9)])
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), inner, layers.Dense(3)])
    blocks = describe_layers(model)
    assert [block.shape for block in blocks] == ["28 × 28 × 1", "784", "9", "3"]
    assert sum(block.parameters for block in blocks) == model.count_params()
