"""一张图, one for company and staff: what it shows and when it is sent."""
