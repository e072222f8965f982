"""The result store: uploads on their way in, finished stems and renditions on their way out."""
