"""模拟审批: from the application at the window to the formal decisions (附件4)."""
