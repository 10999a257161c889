"""Runs: channels, turns, the mail room, the web pages, the clock, settings, the command line.

May import: broadcasts, storage, handlers. Never decides what a person is told.
"""
