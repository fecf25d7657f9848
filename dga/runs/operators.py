"""The operators and layers that an imported model may use: those of our own exports.

A graph is a program. With these operators it cannot loop, call, branch or read files; with these
layers a Keras file can only build networks. An export that needs another adds it here.
"""

from __future__ import annotations

ARITHMETIC = {
    "Abs", "Add", "ArgMax", "BitwiseAnd", "BitwiseOr", "Ceil", "Clip", "CumSum", "Div", "Erf",
    "Exp", "Floor", "Gemm", "Identity", "Log", "MatMul", "Max", "Mean", "Min", "Mod", "Mul", "Neg",
    "Pow", "Reciprocal", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceProd", "ReduceSum",
    "Round", "Sign", "Sqrt", "Sub", "Sum", "TopK",
}  # fmt: skip
COMPARISON = {
    "And", "Equal", "Greater", "GreaterOrEqual", "IsInf", "IsNaN", "Less", "LessOrEqual", "Not",
    "Or", "Where", "Xor",
}  # fmt: skip
SHAPES = {
    "Cast", "Concat", "Constant", "ConstantOfShape", "Expand", "Flatten", "Gather",
    "GatherElements", "GatherND", "Pad", "Range", "Reshape", "Shape", "Slice", "Split", "Squeeze",
    "Tile", "Transpose", "Unsqueeze",
}  # fmt: skip
LAYERS = {
    "AveragePool", "BatchNormalization", "Conv", "Dropout", "Elu", "Gelu", "GlobalAveragePool",
    "GlobalMaxPool", "GRU", "HardSigmoid", "LayerNormalization", "LeakyRelu", "LogSoftmax", "LSTM",
    "MaxPool", "PRelu", "Relu", "Selu", "Sigmoid", "Softmax", "Softplus", "Tanh",
}  # fmt: skip
MACHINE_LEARNING = {  # of the domain ai.onnx.ml, as scikit-learn's trees are exported
    "ArrayFeatureExtractor", "Binarizer", "FeatureVectorizer", "Imputer", "LabelEncoder",
    "LinearClassifier", "LinearRegressor", "Normalizer", "Scaler", "TreeEnsemble",
    "TreeEnsembleClassifier", "TreeEnsembleRegressor", "ZipMap",
}  # fmt: skip
OPERATORS: dict[str, frozenset[str]] = {  # domain -> operators
    "": frozenset(ARITHMETIC | COMPARISON | SHAPES | LAYERS),
    "ai.onnx": frozenset(ARITHMETIC | COMPARISON | SHAPES | LAYERS),
    "ai.onnx.ml": frozenset(MACHINE_LEARNING),
}
MAX_NODES = 5_000
SIZING = {  # operators whose result has a shape that an input's values say: those inputs
    "ConstantOfShape": (0,), "Expand": (1,), "Pad": (1, 3), "Range": (0, 1, 2), "Reshape": (1,),
    "Slice": (1, 2, 3, 4), "Split": (1,), "Squeeze": (1,), "Tile": (1,), "TopK": (1,),
    "Unsqueeze": (1,),
    **{name: (1,) for name in ARITHMETIC if name.startswith("Reduce")},
}  # fmt: skip
RANDOM = {"Dropout"}  # draws anew each time, also from constants
TREES = {  # operators of a second look; what they take grows with the rows alone
    "Cast", "Identity", "TreeEnsemble", "TreeEnsembleClassifier", "TreeEnsembleRegressor",
}  # fmt: skip

KERAS_LAYERS = {
    "Activation", "Add", "Average", "BatchNormalization", "Bidirectional", "Concatenate", "Conv1D",
    "Dense", "Dropout", "Embedding", "Flatten", "GRU", "GRUCell", "GlobalAveragePooling1D",
    "GlobalMaxPooling1D", "InputLayer", "LSTM", "LSTMCell", "LayerNormalization", "Masking",
    "Maximum", "MaxPooling1D", "Multiply", "RNN", "ReLU", "Reshape", "Softmax", "SpatialDropout1D",
    "Subtract",
}  # fmt: skip
KERAS_MODULES: dict[str, frozenset[str] | None] = {  # module: classes; None: all of them
    "keras.layers": frozenset(KERAS_LAYERS),
    "keras.src.layers": frozenset(KERAS_LAYERS),
    "keras.initializers": None,
    "keras.regularizers": None,
    "keras.constraints": None,
    "keras.src.ops": None,
    "keras.src.models": frozenset({"Functional", "Model"}),
    "keras": frozenset({"DTypePolicy"}),
    "None": frozenset({"__keras_tensor__", "__slice__", "__tuple__", "__ellipsis__"}),
    "dga": frozenset({"Frequent", "Likelihood", "Padded", "_Bias"}),  # registered by this program
}
MAX_CONFIG_BYTES = 4 * 2**20  # of a network's description
MAX_CONFIG_CLASSES = 5_000
MAX_UNITS = 10**7  # of a layer
SIZES = {"units", "filters", "input_dim", "output_dim", "kernel_size", "target_shape", "shape",
         "batch_shape", "size", "n", "rate"}  # fmt: skip


def operator_allowed(domain: str, name: str) -> bool:
    """Whether an imported graph may use an operator.

    >>> operator_allowed("", "MatMul"), operator_allowed("", "Loop")
    (True, False)
    """
    return name in OPERATORS.get(domain, frozenset())


def layer_allowed(module: str, name: str) -> bool:
    """Whether an imported Keras file may name a class.

    >>> layer_allowed("keras.layers", "Dense"), layer_allowed("keras.layers", "Lambda")
    (True, False)
    """
    while module:
        if module in KERAS_MODULES:
            classes = KERAS_MODULES[module]
            return classes is None or name in classes
        module = module.rpartition(".")[0]
    return False
