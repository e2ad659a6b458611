"""The one error of a benchmark."""


class CannotMeasure(Exception):
    """Something is missing or has failed, so there is no figure; a run never goes on without it."""
