"""Decides what to say and what to do: pure functions, and the vocabulary that every room shares.

May import: the standard library and other modules of this room. Never the clock, randomness,
network, disk (but its own texts), logging, chat addresses or a chat app.
"""
