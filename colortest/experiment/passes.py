"""The pass that marks a run as simulated: only this site can issue one."""

from django.core import signing

from colortest.experiment.models import Study

SALT = "colortest.simulation"
PASS_SECONDS = 3600


def issue_pass(study: Study) -> str:
    """What a consent form must carry so that the run is marked as simulated."""
    return signing.dumps(study.pk, salt=SALT)


def is_pass(study: Study, value: str) -> bool:
    """Whether the pass is ours, for this study, and fresh."""
    try:
        return bool(signing.loads(value, salt=SALT, max_age=PASS_SECONDS) == study.pk)
    except signing.BadSignature:
        return False
