"""The statuses of an interview that HeyMilo documents, by what they mean for write-back.

Source: the API document's description of a candidate's ``status``, an open text; ``not_ready`` is
an answer of the interview's data only. Statuses that stand nowhere here are kept and shown.
"""

FINAL = frozenset({"completed", "shortlisted", "dismissed", "knocked_out"})
UNFINISHED = frozenset({"pending", "in_progress"})
UNSTARTED = frozenset({"", "pending", "not_ready"})
