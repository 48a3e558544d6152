from django.apps import AppConfig


class InfochainConfig(AppConfig):
    name = "yinuo.engine.infochain"
    label = "infochain"
    default_auto_field = "django.db.models.BigAutoField"
