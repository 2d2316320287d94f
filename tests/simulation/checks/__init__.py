"""The promises, held against what the sandbox's ledgers say really happened.

Each check states what is unavoidable and therefore excused: two acts at the same moment, what is
lost together with the state and cannot be read from the marks.
"""
