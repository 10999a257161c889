"""The mail room for bulletins: plans slices, sends them over leased accounts, settles in batches.

`mailing` is its door; a `lane` serves one account; a `stream` sends and a `feed` gives it to send.
"""
