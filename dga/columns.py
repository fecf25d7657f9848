"""Column names and class names that frames share, each written once."""

from __future__ import annotations

DOMAIN = "domain"
LABEL = "label"
FAMILY = "family"
FEED = "feed"
GIVEN = "given"
REGISTERED_NAME = "registered_name"
SCORE = "score"
VERDICT = "verdict"
FAMILY_SCORE = "family_score"
PROBLEM = "problem"

BENIGN = "benign"
DGA = "dga"
UNKNOWN_FAMILY = "unknown"

TRUE_CLASS = "trueClass"
PRED_CLASS = "predClass"
PRED_PROB = "predProb"

LABELLED_COLUMNS = (DOMAIN, LABEL, FAMILY, FEED)
VERDICT_COLUMNS = (REGISTERED_NAME, SCORE, VERDICT, FAMILY, FAMILY_SCORE, PROBLEM)
PREDICTION_COLUMNS = (DOMAIN, TRUE_CLASS, PRED_CLASS, PRED_PROB, FAMILY)
