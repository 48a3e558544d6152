from django.apps import AppConfig


class WindowConfig(AppConfig):
    name = "yinuo.rooms.window"
    label = "window"
    default_auto_field = "django.db.models.BigAutoField"
