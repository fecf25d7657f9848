"""Learning on several devices at once gives what one device gives. Two logical CPU devices."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# TensorFlow fixes its devices when it starts, so that a process of its own is needed.
SCRIPT = """
import json
import numpy as np, tensorflow as tf
[cpu] = tf.config.list_physical_devices("CPU")
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from dga import devices
from dga.config import TrainingConfig
from dga.scoring.encoder import CharEncoder
from dga.networks import heads, learner
from dga.training import predict, replicas, train_step
from dga.training.batching import Batch

encoder = CharEncoder(max_length=20, side="right")
config = TrainingConfig(architecture="hybrid", clip_norm=0.05, learning_rate=0.01).resolved()
dice = np.random.default_rng(3)

def batch(rows):
    ones = np.ones(rows, np.float32)
    codes = dice.integers(1, 30, (rows, 20)).astype(np.int32)
    return Batch(codes, (codes[:, 0] % 2).astype(np.float32), ones, 0 * ones, 0 * ones)

batches = [batch(rows) for rows in (64, 64, 33, 1)]

start = learner.fresh(encoder, ["benign"], config).get_weights()

def learn(device):
    with replicas.scope(device):
        model = learner.fresh(encoder, ["benign"], config)
        model.set_weights(start)
        for layer in model.layers:
            if "Dropout" in type(layer).__name__:
                layer.rate = 0.0
        update = train_step.updating(model, train_step.optimizer(config, 10))
        told = [update(b).numpy().tolist() for b in batches]
    model = replicas.plain(model)
    codes = batches[0].codes
    scores = heads.score_of(predict._outputs(model, codes), "binary").tolist()
    return {"told": told, "scores": scores}

print(json.dumps({
    "chosen": devices.choose("all"), "one": learn("/CPU:0"), "all": learn("all")
}))
"""


def test_two_devices_learn_what_one_learns() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["chosen"] == "all"
    for one, both in zip(found["one"]["told"], found["all"]["told"], strict=True):
        assert one == pytest.approx(both, rel=1e-3)
    apart = [
        abs(a - b) for a, b in zip(found["one"]["scores"], found["all"]["scores"], strict=True)
    ]
    assert max(apart) < 1e-3
