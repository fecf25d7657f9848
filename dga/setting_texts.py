"""What the settings of a training mean, in words for the form and the command line's help."""

from __future__ import annotations

TASKS = {
    "binary": ("Generated or not", "One score a name, as in the notebook."),
    "both": ("Generated or not, and the family", "A score, and which family's names come near."),
    "family": ("The family alone", "Benign is one of the families; the score follows from it."),
}
SCOPES = {
    "registered": ("Registered name", "What someone registered, without hosts and subdomains."),
    "fqdn": ("Whole domain", "With subdomains; needs feeds that hold them."),
}
BALANCES = {
    "class": "By class: benign and generated count the same",
    "none": "None: each name counts the same",
    "family": "By family: rare families are heard too",
}
HELP = {
    "base": "Going on keeps what a run has learnt and its families, and adds what the feeds bring: "
    "new batches, new families. Starting anew begins with a network that knows nothing.",
    "architecture": "The kind of network. Settings that are left out take the architecture's own.",
    "task": "What the network learns to tell.",
    "scope": "Which part of a domain the network reads.",
    "epochs": "How often the network sees every training name.",
    "batch_size": "Names between two corrections of the network. Larger is faster, smaller learns "
    "more from each name.",
    "balance": "How much a name counts while learning. Without it: by class for registered names, "
    "each the same for names as they stand.",
    "cap_per_family": "At most so many names of each family are used, so that huge families don't "
    "drown the others. Left out: all.",
    "test_size": "Share of the names that is kept for the test and never learnt from.",
    "seed": "The same feeds, settings and seed give the same split and the same start.",
    "device": "What computes. Automatic takes the first GPU, or the CPU where there is none.",
    "split": "registered: all names under one registered name fall into the same part, so that the "
    "test is fair. rows: each row by itself.",
    "validation_size": "Share of the names that is kept to calibrate scores and choose thresholds.",
    "min_family": "Families with fewer names are not learnt as families of their own.",
    "max_length": "How many characters of a name the network reads.",
    "max_batches": "Stop after so many batches. Left out: after all epochs.",
    "optimizer": "The rule by which the network is corrected.",
    "learning_rate": "How large a correction is.",
    "schedule": "constant: corrections stay as large; cosine: they shrink to the end; warmup: as "
    "cosine, after a short rise.",
    "clip_norm": "Corrections longer than this are shortened to it. Left out: none is.",
    "padding": "trimmed: batches are cut to their longest name, which gives the same scores in "
    "less time; read: the network reads all columns, as in the notebook. Left out: what the "
    "architecture allows.",
    "keep": "best: the run has the weights of the epoch with the lowest loss on the validation "
    "part; last: those of the last epoch.",
    "patience": "End after so many epochs without a lower validation loss. Left out: never.",
    "invented_share": "Names of made-up generators are added to the training part, as this share "
    "of it, so that families which no feed holds are found too.",
    "generated_share": "Names that the project's own generators make are added to their families "
    "in the training part, as this share of each family's names there, so that more than the seeds "
    "and dates of the feeds is learnt.",
    "hosted_share": "Names as content networks and clouds give them to what others host there are "
    "added to the benign names of the training part, as this share of them, so that what looks "
    "random there is not taken for generated.",
    "benign_weight": "How many times its balanced share the benign class weighs while learning. "
    "Above 1 the network looks harder at the names that decide a low false-positive rate; scores "
    "are calibrated afterwards.",
    "averaging": "The run gets the moving average of its weights over this share of the updates, "
    "steadier than those of one moment. 0: the last ones.",
    "suffix_dropout": "Share of the names that are shown without their suffix, so that the suffix "
    "alone cannot carry the verdict.",
}
