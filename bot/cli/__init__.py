"""The `fl-bt` command and its helpers."""
