"""Django's settings as mypy's plugin reads them: without an instance, and the same on every machine.

No database is asked: the address is never connected to.
"""

import os

for variable in [name for name in os.environ if name.startswith("YINUO_")]:
    del os.environ[variable]
os.environ["YINUO_DATA"] = "/nonexistent"
os.environ["YINUO_SECRET_KEY"] = "types"  # noqa: S105
os.environ["YINUO_DATABASE_URL"] = "postgresql:///types"

from yinuo.config.settings import *  # noqa: E402, F403
