"""Train on one device or data-parallel on several, with a replica of the network on each.

Runs in a child process: it imports Keras.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import keras
import tensorflow as tf

from dga.devices import ALL


def scope(device: str) -> AbstractContextManager[Any]:
    """The context in which to build and train a network.

    `device`: as `dga.devices.choose` gives it. For `all`: a replica on each GPU, or on each
    logical CPU device where there is no GPU.
    """
    if device != ALL:
        return tf.device(device)  # type: ignore[no-any-return]
    gpus = tf.config.list_logical_devices("GPU")
    if gpus:
        return tf.distribute.MirroredStrategy([gpu.name for gpu in gpus]).scope()  # type: ignore[no-any-return]
    cpus = [cpu.name for cpu in tf.config.list_logical_devices("CPU")]
    reduction = tf.distribute.ReductionToOneDevice()
    return tf.distribute.MirroredStrategy(cpus, cross_device_ops=reduction).scope()  # type: ignore[no-any-return]


def replicas() -> int:
    """The number of replicas in the current scope."""
    return int(tf.distribute.get_strategy().num_replicas_in_sync)


def plain(model: keras.Model) -> keras.Model:
    """The network on one device, for export and scoring: a copy if it had replicas."""
    strategies = {getattr(v.value, "distribute_strategy", None) for v in model.variables}
    if all(s is None or s.num_replicas_in_sync == 1 for s in strategies):
        return model
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    return copy
