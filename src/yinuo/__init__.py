"""Yinuo (一诺): the platform on which a county runs its investment-project approvals on credit."""

__version__ = "0.10.0.dev0"
