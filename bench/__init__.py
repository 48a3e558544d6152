"""What things cost, each beside the least they could cost. Run: `yinuo bench NAME`."""
