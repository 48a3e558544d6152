from django.apps import AppConfig


class ToyConfig(AppConfig):
    name = "yinuo.rooms.toy"
    label = "toy"
