"""Results become notes, scores, tags and moves in the ATS, each once."""

from syncd.phases.writeback.phase import KINDS, run

__all__ = ["KINDS", "run"]
