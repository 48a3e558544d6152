from django.apps import AppConfig


class RegionalConfig(AppConfig):
    name = "yinuo.rooms.regional"
    label = "regional"
    default_auto_field = "django.db.models.BigAutoField"
