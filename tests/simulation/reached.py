"""The states that make a simulation worth its time, and which of them a run came to.

A simulator that is too kind proves nothing: over a run of :data:`ENOUGH` seeds or more, every state
declared here must have been reached, or the run fails.
"""

from collections import Counter

#: So many seeds reach everything.
ENOUGH = 200

#: What is counted as reached, by its name, and what it means.
DECLARED: dict[str, str] = {
    # Writes whose outcome nobody knows
    "uncertain invitation found at once": "looked for in the pass that lost the answer",
    "uncertain invitation found later": "found by a later look, before settle had passed",
    "uncertain invitation found after settle": "found by a look after settle",
    "uncertain batch found in part": "some rows of a batch are there, others not",
    "uncertain posting found": "a creation without an answer",
    "uncertain note found": "a note without an answer",
    "not found, too early to say": "a look that did not count",
    "absent after two looks": "only now may it be sent again",
    "sent again from absent": "after two looks that counted",
    "sent again from intended": "it certainly was not applied",
    "sent again from refused": "the remote side had said no",
    "sent again from unknown": "a repeatable write without an answer",
    "a late write was applied": "applied after the program had stopped waiting",
    "a look that shows less than there is": "a replica behind by more than settle",
    "an interview shown as it was before": "a replica behind by some minutes",
    # Ends of the program
    "crash in sent": "the power failed between the commit of sent and that of the outcome",
    "crash in sent, applied": "and the write had been applied",
    "crash before a commit": "",
    "crash after a commit": "",
    "crash in a wait": "",
    "crash in a renewal of the hold": "",
    "invitation found after a crash": "by the mark, by the next run",
    "posting found after a crash": "by the mark, by the next run",
    "a reading went on where it was cut off": "from its resume point",
    # Runs
    "held by another": "a second run was turned away",
    "waited for another run": "and began when that one ended",
    "takeover of a dead run at once": "its process was gone",
    "takeover when a lease ended": "its process could not be seen",
    "hold lost": "to another run while everything stood still",
    "the machine's clock jumped": "",
    # The state
    "a backup put back": "",
    "the state lost": "",
    # What the remote sides answer
    "429 with seconds": "",
    "429 with a date": "",
    "429 without a hint": "",
    "429 of a real limit": "more was asked than the side allows",
    "credentials refused": "",
    "a dead cursor began a list anew": "",
    "a reading by its cursor": "",
    "rows moved between pages": "",
    "a bulk write was answered in part": "",
    "a batch was too large": "413",
    "a list was shrunk": "",
    "a black-out": "no job was shown to a pass",
    # Guards and attention
    "guard refused: archive": "",
    "guard refused: ingest": "",
    "guard refused: update": "",
    "a refused group was approved": "and went through",
    "eligible and invited": "",
    "eligible and in attention": "",
    "attention: applicant.blank_name": "",
    "attention: applicant.broken_email": "",
    "attention: applicant.no_email": "",
    "attention: job.title_too_short": "",
    "attention: job.unselected": "",
    "attention: posting.archived_while_open": "",
    "attention: posting.clone": "",
    "attention: posting.edited": "",
    "attention: posting.foreign_mark": "",
    "attention: posting.gone": "",
    "attention: posting.title_taken": "",
    # Results
    "result told": "",
    "retake told once": "",
    "nought told": "0 is a score",
    "count: linked": "somebody who was there already",
    "count: moved": "",
    "count: notes written": "",
    "count: scores written": "",
    "count: tags added": "",
    "count: postings archived": "",
    "count: postings updated": "",
    "count: postings activated": "",
    "a second note names the old score": "after a retake",
    "empty plan": "",
}


def missing(reached: Counter[str]) -> list[str]:
    """The declared states that were not reached."""
    return [state for state in DECLARED if not reached[state]]
