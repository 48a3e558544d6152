"""What only public pages need: `{% load public %}`."""

from __future__ import annotations

from django import template

from yinuo.core.masking import masked

register = template.Library()
register.filter("masked", masked)
