"""A text and files to show for it: reports of fulfilment, requests for points."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django import forms

from yinuo.engine.base import Actor
from yinuo.engine.documents.models import StoredFile
from yinuo.ui import uploads
from yinuo.ui.forms import set_choices, typed_data
from yinuo.ui.uploads import ManyFilesField


class EvidenceForm(forms.Form):
    """`text`, files ticked in the library and new ones; new ones stay chosen when the form comes back."""

    text = forms.CharField(label="说明", widget=forms.Textarea({"rows": 5}), max_length=4000)
    chosen = forms.MultipleChoiceField(label="已选的文件", required=False, widget=forms.CheckboxSelectMultiple())
    library = forms.ChoiceField(label="从材料库选", required=False)
    files = ManyFilesField(label="上传新文件", required=False)  # type: ignore[assignment]

    def __init__(
        self, *args: Any, actor: Actor, ticked: list[int] | None = None, label: str = "", hint: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        self.shelf: dict[int, StoredFile] = uploads.shelf(actor.unit_id or 0, ticked or [])
        if label:
            self.fields["text"].label, self.fields["text"].help_text = label, hint
        picked = [(str(pk), uploads.label(self.shelf[pk])) for pk in ticked or [] if pk in self.shelf]
        set_choices(self, "chosen", picked)
        set_choices(self, "library", [("", "不选"), *uploads.choices(self.shelf)])

    @property
    def has_chosen(self) -> bool:
        return bool(self.fields["chosen"].choices)  # type: ignore[attr-defined]

    def evidence(self, at: datetime) -> list[int]:
        """Stores the new files; the ids of everything chosen. Faulty files become errors of the form."""
        ids = [int(pk) for pk in self.cleaned_data["chosen"]]
        if self.cleaned_data["library"]:
            ids.append(int(self.cleaned_data["library"]))
        ids += [file.pk for file in uploads.keep(self, "files", self.cleaned_data["files"], actor=self.actor, at=at)]
        return list(dict.fromkeys(ids))


def ticked_in(data: Any) -> list[int]:
    return [int(pk) for pk in data.getlist("chosen") if pk.isdecimal() and len(pk) < 16]


F = TypeVar("F", bound=EvidenceForm)


def again(form: F, ids: list[int]) -> F:
    """The same form with the files stored meanwhile among the chosen, and the same errors."""
    data = typed_data(form)
    data.setlist("chosen", [str(pk) for pk in ids])
    data["library"] = ""
    made = type(form)(data, actor=form.actor, ticked=ids)
    made.fields["text"].label, made.fields["text"].help_text = form.fields["text"].label, form.fields["text"].help_text
    for name, field in form.fields.items():
        if name not in made.fields:
            made.fields[name] = field
    made.is_valid()
    for name, errors in form.errors.items():
        for error in errors:
            made.add_error(None if name == "__all__" else name, error)
    return made
