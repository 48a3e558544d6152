"""A project's whole life, played through the public interfaces of a running instance: `yinuo journey`."""
