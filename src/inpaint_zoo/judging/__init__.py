"""Judge methods on an evaluation set: resumable, on any number of processes, with everything hashed."""

from inpaint_zoo.judging.device import choose_device
from inpaint_zoo.judging.evaluation_set import EvaluationSet, evaluation_set
from inpaint_zoo.judging.ledger import Judgement, Ledger
from inpaint_zoo.judging.methods import read_weights_file
from inpaint_zoo.judging.output import results_folder
from inpaint_zoo.judging.pictures import KeptPictures, png_name
from inpaint_zoo.judging.results import Results, labels, read_results_file, write_results_file
from inpaint_zoo.judging.session import LEDGER_FOLDER, Session, open_session, picture_notes
from inpaint_zoo.judging.settings import Settings

__all__ = [
    "LEDGER_FOLDER",
    "EvaluationSet",
    "Judgement",
    "KeptPictures",
    "Ledger",
    "Results",
    "Session",
    "Settings",
    "choose_device",
    "evaluation_set",
    "labels",
    "open_session",
    "picture_notes",
    "png_name",
    "read_results_file",
    "read_weights_file",
    "results_folder",
    "write_results_file",
]
