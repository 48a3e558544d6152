from django.apps import AppConfig


class OnemapConfig(AppConfig):
    name = "yinuo.rooms.onemap"
    label = "onemap"
    default_auto_field = "django.db.models.BigAutoField"
