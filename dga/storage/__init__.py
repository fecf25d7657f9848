"""Atomic writes, locks, folders and scratch space. Knows nothing of the files' content."""

from dga.storage.files import PRIVATE_FILE as PRIVATE_FILE
from dga.storage.files import keep_private as keep_private
from dga.storage.files import move as move
from dga.storage.files import remove_tree as remove_tree
from dga.storage.files import replacing as replacing
from dga.storage.files import sweep_parts as sweep_parts
from dga.storage.files import sync_folder as sync_folder
from dga.storage.files import sync_tree as sync_tree
from dga.storage.files import write_atomically as write_atomically
from dga.storage.folders import data_folder as data_folder
from dga.storage.folders import models_folder as models_folder
from dga.storage.folders import state_folder as state_folder
from dga.storage.locks import locked as locked
from dga.storage.locks import try_lock as try_lock
from dga.storage.scratch import Scratch as Scratch
from dga.storage.scratch import sweep_scratch as sweep_scratch
