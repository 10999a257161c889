"""Remembers: the only SQL and the only keys.

May import: handlers. Words come in plain and go out plain; what lies in the database is sealed.
Never decides, sends or renders.
"""
