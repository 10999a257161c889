"""Plans bulletins: when, for whom, how it went; owns the content library.

May import: storage, handlers. Never talks to a chat app itself.
"""
