"""The room's migrations as they are shipped, and after them one that a later release may bring."""

from yinuo.engine.notices import migrations as shipped

__path__ = [*__path__, *shipped.__path__]
