"""A migration that creates a table builds only that model, with the same relations as when all are rebuilt."""

from __future__ import annotations

from django.db import models
from django.db.migrations.state import ModelState, ProjectState

from yinuo.deploy.database import new_models_alone


def state() -> ProjectState:
    """A person and a letter to a person, made one after the other, as two migrations do."""
    made = ProjectState()
    made.add_model(ModelState("post", "Person", [("id", models.BigAutoField(primary_key=True))]))
    _ = made.apps
    recipient = models.ForeignKey("post.Person", models.PROTECT, related_name="letters")
    made.add_model(
        ModelState("post", "Letter", [("id", models.BigAutoField(primary_key=True)), ("recipient", recipient)])
    )
    answer = models.ForeignKey("post.Letter", models.PROTECT, null=True)
    made.add_model(ModelState("post", "Answer", [("id", models.BigAutoField(primary_key=True)), ("letter", answer)]))
    return made


def relations(made: ProjectState) -> dict[str, list[tuple[str, object]]]:
    return {
        name: [
            (relation.name, relation.related_model._meta.label)
            for relation in made.apps.get_model("post", name)._meta.related_objects
        ]
        for name in ("Person", "Letter", "Answer")
    }


def test_a_new_model_is_related_as_in_a_whole_build_and_the_others_stay() -> None:
    whole = relations(state())
    with new_models_alone():
        quick = state()
        person = quick.apps.get_model("post", "Person")
        quick.add_model(ModelState("post", "Stamp", [("id", models.BigAutoField(primary_key=True))]))
    assert (
        relations(quick)
        == whole
        == {"Person": [("letters", "post.Letter")], "Letter": [("answer", "post.Answer")], "Answer": []}
    )
    assert quick.apps.get_model("post", "Person") is person
    assert quick.apps.get_model("post", "Letter")._meta.get_field("recipient").related_model is person


def test_a_change_of_a_model_still_rebuilds_what_it_concerns() -> None:
    with new_models_alone():
        quick = state()
        before = quick.apps.get_model("post", "Letter")
        quick.add_field("post", "person", "name", models.CharField(max_length=9, default=""), preserve_default=True)
    assert quick.apps.get_model("post", "Person")._meta.get_field("name")
    assert quick.apps.get_model("post", "Letter") is not before
