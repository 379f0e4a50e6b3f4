"""TRS WCM pages: bytes in, values out. No network, no framework."""
