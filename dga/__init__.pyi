from dga.api.batches import score_batches as score_batches
from dga.api.detector import Detector as Detector
from dga.api.detector import load as load
from dga.api.detector import score as score
from dga.api.detector import score_file as score_file
from dga.api.estimator import DGAClassifier as DGAClassifier
from dga.api.hosts import score_hosts as score_hosts
from dga.api.training import train as train
from dga.config import register_architecture as register_architecture
from dga.datasets.feed_formats import register_feed_format as register_feed_format
from dga.errors import DGAError as DGAError
from dga.generators import generate as generate
from dga.generators import register_generator as register_generator
from dga.generators.attribution import attribute as attribute

__version__: str
