"""Pages of plans and their actions."""
