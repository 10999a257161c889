"""The aiohttp application: the worker's page, the desk, the studio, the doors of the chat apps."""
