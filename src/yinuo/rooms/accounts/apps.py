from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "yinuo.rooms.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from yinuo.rooms.accounts import signing_in

        signing_in.connect()
