from django.apps import AppConfig


class HallsConfig(AppConfig):
    name = "yinuo.apps.halls"
    label = "halls"
    default_auto_field = "django.db.models.BigAutoField"
