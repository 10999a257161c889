"""Which tables belong to bulletins and their readers, for tests that keep them apart from tips."""

OF_BULLETINS = frozenset(
    "accounts bots quotas subscribers outlets bulletins versions approvals sendings slices outcomes"
    " sums outlet_posts series".split()
)
