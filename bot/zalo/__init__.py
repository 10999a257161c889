"""Zalo's bots at the prompt: adding one, setting it up, looking whether it is well."""
