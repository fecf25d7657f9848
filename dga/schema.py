"""Names that frames and bundles share, each defined once: columns, classes, scopes, tasks.

The tables of test predictions keep the notebook's names (`trueClass`, `predClass`, `predProb`);
all others say `label`, `verdict`, `score`.
"""

from __future__ import annotations

from typing import Literal

DOMAIN = "domain"
LABEL = "label"
FAMILY = "family"
FEED = "feed"
SOURCE = "source"  # the lists that contain a name, joined by +; the feed where no list is named
GIVEN = "given"
REGISTERED_NAME = "registered_name"
SCORE = "score"
VERDICT = "verdict"
FAMILY_SCORE = "family_score"
PROBLEM = "problem"
REMARK = "remark"  # what to know beside a verdict: a look-alike, a gateway, an odd sub-domain

BENIGN = "benign"
DGA = "dga"
SUSPICIOUS = "suspicious"  # more likely generated than not, but under the threshold
ALLOWED = "allowed"  # on an allow list; keeps its score
VERDICTS = (DGA, SUSPICIOUS, BENIGN)  # highest score first
UNKNOWN_FAMILY = "unknown"

TRUE_CLASS = "trueClass"
PRED_CLASS = "predClass"
PRED_PROB = "predProb"

LABELLED_COLUMNS = (DOMAIN, LABEL, FAMILY, FEED)
VERDICT_COLUMNS = (REGISTERED_NAME, SCORE, VERDICT, FAMILY, FAMILY_SCORE, PROBLEM, REMARK)
PREDICTION_COLUMNS = (DOMAIN, TRUE_CLASS, PRED_CLASS, PRED_PROB, FAMILY)

Scope = Literal["registered", "fqdn"]  # what of a name is scored
Task = Literal["binary", "family", "both"]  # what a network tells of a name
