"""How fast predictions are over HTTP, beside other ways to serve the same network; see ``__main__``."""
