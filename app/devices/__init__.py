"""The things beside the screen: ticket printer, QR codes."""
