"""What makes an installation usable: administrators, the hall's contact, mail, text messages and the address it is
reached at.

`plan`: what was given, checked before anything is touched. `doing`: people and hall are rows, written through the
rooms' actions in one transaction; the rest are settings and go into `yinuo.env` afterwards. What is there already
stays, so the same plan twice changes nothing more. `sending`: a test message with what was set.
"""
