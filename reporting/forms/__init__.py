"""What pages and reports are asked for with, one file a group."""
