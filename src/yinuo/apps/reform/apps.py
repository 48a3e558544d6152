from django.apps import AppConfig


class ReformConfig(AppConfig):
    name = "yinuo.apps.reform"
    label = "reform"
    default_auto_field = "django.db.models.BigAutoField"
