"""Jobs become postings: created from a template, kept true to the job, archived after it closed."""

from syncd.phases.postings.phase import KINDS, run

__all__ = ["KINDS", "run"]
