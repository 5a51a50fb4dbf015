"""Who is asking: sign-ins, sessions and signed requests, proved before the rules see them."""
