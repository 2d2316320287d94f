"""A daemon with many connections under load for as long as one likes: what it takes, what it does.

``accounts`` are the remote sides, ``load`` is what happens there, ``watch`` looks at the process,
``play`` puts them together and judges.
"""
