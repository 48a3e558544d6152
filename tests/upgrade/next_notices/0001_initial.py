"""The room's first migration as it is shipped."""

from importlib import import_module

Migration = import_module("yinuo.apps.notices.migrations.0001_initial").Migration
