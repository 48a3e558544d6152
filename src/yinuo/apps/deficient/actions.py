"""容缺受理: accepted with a gap, completed or given up (附件5)."""
