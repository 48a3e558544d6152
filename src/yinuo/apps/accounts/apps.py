from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "yinuo.apps.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yinuo.apps.accounts import signing_in

        signing_in.connect()
