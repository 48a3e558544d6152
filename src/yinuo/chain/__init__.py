"""How a verifiable log works: the published formats, byte for byte, without a database, a network or a clock.

Whoever only wants to check reads `verifier`. The other modules make what it checks.
"""
