"""The form of a review, the same on the map's page and behind a link; and how a review is shown to whom."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from yinuo.core.calendar import TZ
from yinuo.engine.rules import pack
from yinuo.rooms.reviews.models import Level
from yinuo.ui.forms import set_choices


class ReviewForm(forms.Form):
    level = forms.TypedChoiceField(
        label="您对这次办理满意吗",
        choices=[(level.value, level.label) for level in sorted(Level, reverse=True)],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": "选择满意不满意"},
    )
    indicators = forms.MultipleChoiceField(
        label="说的是哪方面", required=False, widget=forms.CheckboxSelectMultiple, help_text="可以选几项。"
    )
    text = forms.CharField(
        label="想说的话",
        required=False,
        max_length=1000,
        help_text="不满意的，请写清楚发生了什么，好去核实。请不要写别人的姓名和电话。",
        widget=forms.Textarea({"rows": 4}),
    )
    key = forms.CharField(required=False, widget=forms.HiddenInput, max_length=80)

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        offered = pack().parameter("review.indicators", at.astimezone(TZ).date()).value
        set_choices(self, "indicators", [(one, one) for one in offered])
