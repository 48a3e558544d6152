"""代办服务: application, agreement, acting on a unit's behalf, end (附件6)."""
