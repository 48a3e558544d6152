from django.apps import AppConfig


class DeficientConfig(AppConfig):
    name = "yinuo.apps.deficient"
    label = "deficient"
    default_auto_field = "django.db.models.BigAutoField"
