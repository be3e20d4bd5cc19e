"""Tags of monitoring's pages."""
