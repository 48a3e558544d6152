"""A node of the information chain (附件7·第十三条): a program of its own, with a store of its own and no way into the
platform's database.

It mirrors the log, checks every entry itself, and signs a checkpoint only when nothing it has seen before was changed.
"""
