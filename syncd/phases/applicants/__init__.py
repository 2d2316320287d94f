"""Applicants become candidates: read by modification time, invited once, correlated by mark."""

from syncd.phases.applicants.phase import KINDS, run

__all__ = ["KINDS", "run"]
