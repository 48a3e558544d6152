from django.apps import AppConfig


class HallsConfig(AppConfig):
    name = "yinuo.rooms.halls"
    label = "halls"
    default_auto_field = "django.db.models.BigAutoField"
