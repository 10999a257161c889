"""Web Push (RFC 8030, 8291, 8292): bulletins as notices of a browser, for whoever asked for them.

Encryption and signatures are the library's; nothing here is loaded while no key is set.
"""
