"""`yinuo manage …`: Django's management commands on this instance."""

from __future__ import annotations

import os

import typer

app = typer.Typer(help="Django 的管理命令，例如 yinuo manage check。")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def manage(context: typer.Context) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yinuo.config.settings")
    from django.core.management import execute_from_command_line

    from yinuo.deploy.instance import running

    with running():
        execute_from_command_line(["yinuo manage", *context.args])
