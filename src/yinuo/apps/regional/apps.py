from django.apps import AppConfig


class RegionalConfig(AppConfig):
    name = "yinuo.apps.regional"
    label = "regional"
    default_auto_field = "django.db.models.BigAutoField"
