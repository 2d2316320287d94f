"""Sabotage: the proof that the simulation's checks can fail.

Each deliberate defect is put into the program in turn, and seeds are played until a check
complains of what the defect breaks. ``make sabotage`` runs all of them.
"""
