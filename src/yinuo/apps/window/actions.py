"""综合窗口: who came to the counter, for which unit, and what was handed out."""
