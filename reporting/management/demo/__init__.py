"""The invented trusts of the demo: the story is in `reporting/demo.toml`, these modules write it down as rows."""
