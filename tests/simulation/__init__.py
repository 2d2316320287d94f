"""A deterministic simulation: the real program on a virtual clock against the sandbox.

One seed decides everything: who applies, what recruiters do, what goes wrong on the wire, when the
power fails. Afterwards the sandbox's own ledgers are held against the promises.

``make simulate SEEDS=200`` plays seeds, ``ATS=lever`` with another connector's fake in the place of
Workable, ``make simulate SEED=7`` one of them at length, and
``make sabotage`` shows that defects would be noticed.
"""
