"""What the page templates are furnished with: shapes for their data, text filters, form widgets, marks."""
