"""What a web worker loads; pages and rules are read before the first visitor comes, not while he waits."""

import os

from django.core.wsgi import get_wsgi_application

from yinuo.deploy.garbage import set_aside_what_stays
from yinuo.deploy.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yinuo.config.settings")
if os.environ.get("YINUO_SUPERVISED") == "1":
    die_with_parent()
application = get_wsgi_application()


def _warm() -> None:
    from django.urls import get_resolver

    from yinuo.engine.rules import pack

    pack()
    _ = get_resolver().url_patterns
    # A quarter of a million objects stay for good; looked through again, they would stop a request for a tenth of a
    # second.
    set_aside_what_stays()


_warm()
