"""All defects; to import their modules is to enter them."""

from tests.simulation.sabotage import manners, people, postings, results, state, writes
from tests.simulation.sabotage.defect import DEFECTS

THEMES = (writes, people, postings, results, state, manners)

__all__ = ["DEFECTS", "THEMES"]
