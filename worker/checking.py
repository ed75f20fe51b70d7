"""Whether a checkpoint is what its JSON says, before anything is asked of it."""

from colortest.refusal import Refused
from colortest.stimuli import services
from colortest.stimuli.models import Algorithm
from colortest.stimuli.weights import BadWeights, read_shapes
from generator.checkpoint import CheckpointError, check_shapes


def check_checkpoint(algorithm: Algorithm) -> bool:
    """Compare names and shapes of its tensors with the network that would be built, and write down what comes of it.

    Returns whether it can be used.
    """
    problem = _problem(algorithm)
    services.note_check(algorithm=algorithm, problem=problem)
    return not problem


def _problem(algorithm: Algorithm) -> str:
    try:
        path = services.checkpoint_path(algorithm.checkpoint)
        with path.open("rb") as file:
            shapes = read_shapes(file, path.stat().st_size)
        check_shapes(path, shapes)
        if services.file_sha256(path) != algorithm.sha256:
            return f"{path.name} is not the file that was registered: copy that one again."
    except OSError as error:
        return f"{algorithm.checkpoint} cannot be read by the worker: {error.strerror}."
    except (Refused, BadWeights, CheckpointError) as error:
        return str(error)
    return ""
