from django.apps import AppConfig


class DeficientConfig(AppConfig):
    name = "yinuo.rooms.deficient"
    label = "deficient"
    default_auto_field = "django.db.models.BigAutoField"
