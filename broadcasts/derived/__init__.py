"""One text, many forms: read aloud, as a post, as a picture, on paper. All pure: no clock, no disk
but our own letters; the same text gives the same bytes.
"""
