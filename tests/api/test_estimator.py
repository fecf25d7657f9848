"""The estimator keeps scikit-learn's interface; one short training shows that it learns."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks

from dga import DGAClassifier
from dga.generators import generate

QUICK = DGAClassifier(architecture="bigram", epochs=2, generated_share=0, device="cpu")


INTERFACE = (  # those of scikit-learn's checks that fit no numbers
    "check_estimator_cloneable",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
    "check_estimator_repr",
    "check_no_attributes_set_in_init",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
    "check_mixin_order",
)


@pytest.mark.parametrize("check", INTERFACE)
def test_it_keeps_the_interface(check: str) -> None:
    getattr(estimator_checks, check)("DGAClassifier", DGAClassifier())
    assert clone(QUICK).get_params() == QUICK.get_params()


@pytest.mark.parametrize(
    ("names", "labels", "message"),
    [
        ("a.com", ["benign"], "put it in a list"),
        (["a.com", "no domain"], ["benign", "dga"], "'no domain' cannot be scored"),
        (["a.com", "b.com"], ["benign", "good"], "labels must be 'benign' and 'dga'"),
        (["a.com", "b.com"], [1, 1], "both of them"),
        (["a.com", "b.com"], [1], "as many labels as names"),
        ([["a.com", "b.com"]], [1], "one-dimensional"),
    ],
)
def test_what_it_cannot_learn_from_is_refused(names, labels, message) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        clone(QUICK).fit(names, labels)


def test_it_does_not_score_before_it_learns() -> None:
    with pytest.raises(NotFittedError):
        clone(QUICK).predict_proba(["a.com"])


@pytest.mark.parametrize("classes", [("benign", "dga"), (0, 1)])
def test_it_learns_in_a_pipeline(classes) -> None:
    words = ("garden", "river", "stone", "cloud", "house", "light", "green", "forest")
    benign = [f"{a}{b}{c}.com" for a in words for b in words for c in words][:400]
    names = np.array([*benign, *generate("tinba", 400)])
    labels = np.repeat(classes, 400)
    model = make_pipeline(FunctionTransformer(np.char.upper), clone(QUICK))
    model.fit(names, labels)
    assert model.classes_.tolist() == list(classes)
    assert model.score(names, labels) > 0.9
    assert model.predict_proba(names).shape == (800, 2)
