"""What the jobs of the sample brokerage share. Money is in paise, quantities in pieces, times are India's."""
